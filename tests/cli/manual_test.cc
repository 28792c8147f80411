#include "cli/manual.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace alarum::cli::manual_test {
namespace {

CommandText ack() {
  CommandText out{"alarum ack", "acknowledge alerts", "alarum ack 3f2a", "Alerts", {}, {}, {}};
  out.arguments = {{"CHOICE", "", "ids or matchers", {}, true, true}};
  out.options = {{"-c,--comment", "TEXT", "why", {}, false, false},
                 {"-o,--output", "json", "for programs", {"json"}, false, false},
                 {"--yes", "", "do not ask", {}, false, false}};
  return out;
}

CommandText tree() {
  CommandText silence{"alarum silence", "silences", "", "Alerts", {}, {}, {}};
  silence.commands = {{"alarum silence add", "make one", "", "Commands", {}, {}, {}},
                      {"alarum silence query", "list them", "", "Commands", {}, {}, {}}};
  CommandText root{"alarum", "alerts of events", "alarum serve", "", {}, {}, {}};
  root.commands = {ack(), silence};
  return root;
}

TEST(Manual, HelpHasUsageArgumentsOptionsAndAnExample) {
  EXPECT_EQ(help_text(ack()),
            "acknowledge alerts\n\n"
            "Usage: alarum ack [OPTIONS] CHOICE…\n\n"
            "Arguments:\n"
            "  CHOICE…  ids or matchers\n\n"
            "Options:\n"
            "  -c, --comment TEXT  why\n"
            "  -o, --output json   for programs\n"
            "      --yes           do not ask\n"
            "  -h, --help          this text\n\n"
            "Example:\n"
            "  alarum ack 3f2a\n");
}

TEST(Manual, HelpOfAllListsCommandsByGroup) {
  const auto text = help_text(tree());
  EXPECT_NE(text.find("Alerts:\n  ack      acknowledge alerts\n  silence  silences\n"), text.npos)
      << text;
}

TEST(Manual, NoLineOfHelpIsLongerThanAHundredColumns) {
  auto command = ack();
  for (int i = 0; i < 60; ++i) command.options[0].help += " words";
  std::size_t at = 0;
  for (const auto text = help_text(command); at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_LE(end - at, 102U) << text.substr(at, end - at);  // `…` is three bytes
    at = end + 1;
  }
}

TEST(Manual, AWrongCommandGetsAGuess) {
  EXPECT_EQ(wrong_command(tree(), {"akc"}), "there is no command \"akc\" (did you mean \"ack\"?)");
  EXPECT_EQ(wrong_command(tree(), {"silence", "quer"}),
            "there is no command \"quer\" of \"alarum silence\" (did you mean \"query\"?)");
  EXPECT_EQ(wrong_command(tree(), {"silence", "ls"}),
            "there is no command \"ls\" of \"alarum silence\", only add, query");
  EXPECT_EQ(wrong_command(tree(), {"ack", "akc"}), "") << "that is an argument";
  EXPECT_EQ(wrong_command(tree(), {"--version"}), "");
  EXPECT_EQ(wrong_command(tree(), {}), "");
}

TEST(Manual, AWrongOptionGetsAGuess) {
  EXPECT_EQ(wrong_option(ack(), {"ack", "--coment", "x"}),
            "\"alarum ack\" has no option --coment (did you mean \"--comment\"?)");
  EXPECT_EQ(wrong_option(ack(), {"ack", "--comment=x", "--yes", "--help"}), "");
  EXPECT_EQ(wrong_option(ack(), {"ack", "--", "--coment"}), "");
}

TEST(Manual, FindsACommandByItsWords) {
  const auto root = tree();
  ASSERT_NE(find_command(root, {"silence", "add"}), nullptr);
  EXPECT_EQ(find_command(root, {"silence", "add"})->path, "alarum silence add");
  EXPECT_EQ(find_command(root, {"silence", "ad"}), nullptr);
  EXPECT_EQ(find_command(root, {}), nullptr);
}

TEST(Manual, AManPageEscapesWhatRoffReads) {
  auto command = ack();
  command.example = ".alarum -x \\n";
  const auto page = man_page(command);
  EXPECT_NE(page.find(".TH ALARUM\\-ACK 1"), page.npos) << page;
  EXPECT_NE(page.find("\\&.alarum \\-x \\en\n"), page.npos) << page;
  EXPECT_NE(page.find(".B \\-c,\\-\\-comment TEXT\nwhy\n"), page.npos) << page;
}

TEST(Manual, AManPageIsAscii) {
  auto command = ack();
  command.summary = "one… and \xF0\x9F\x94\xA5";
  const auto page = man_page(command);
  EXPECT_NE(page.find("\\- one\\[u2026] and \\[u1F525]\n"), page.npos) << page;
  EXPECT_TRUE(std::ranges::all_of(page, [](char c) { return c > 0; })) << page;
}

TEST(Manual, AManPageOfAllHasTheCommandsBelow) {
  const auto page = man_page(tree());
  EXPECT_NE(page.find(".SS alarum silence add\nmake one\n"), page.npos) << page;
}

TEST(Manual, BashCompletesCommandsOptionsAndValues) {
  const auto script = completions(tree(), "bash");
  EXPECT_NE(script.find("'alarum') echo '--help ack silence';;"), script.npos) << script;
  EXPECT_NE(script.find("'alarum silence') echo '--help add query';;"), script.npos);
  EXPECT_NE(script.find("'alarum ack --output') echo 'json';;"), script.npos);
}

TEST(Manual, FishAndZshKnowEachOption) {
  const auto fish = completions(tree(), "fish");
  EXPECT_NE(fish.find("__fish_seen_subcommand_from ack' -s c -l comment -r -d 'why'"), fish.npos)
      << fish;
  const auto zsh = completions(tree(), "zsh");
  EXPECT_NE(zsh.find("'--comment:why'"), zsh.npos) << zsh;
  EXPECT_NE(zsh.find("-o|--output) compadd json; return;;"), zsh.npos) << zsh;
}

}  // namespace
}  // namespace alarum::cli::manual_test
