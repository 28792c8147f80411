#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/serve.h"
#include "base/printable.h"
#include "base/version.h"
#include "cli/declare.h"
#include "cli/manual.h"

namespace alarum::cli {
namespace {

// CLI11 takes any word for another subcommand that is one's name: `alarum test rules`, where
// `rules` is a folder, would be two.
void keep_the_named(CLI::App& app, const std::string& name) {
  const auto all = app.get_subcommands([](CLI::App*) { return true; });
  if (std::none_of(all.begin(), all.end(),
                   [&](const CLI::App* one) { return one->get_name() == name; }))
    return;
  for (auto* command : all) {
    if (command->get_name() != name) app.remove_subcommand(command);
  }
}

// The command that a line is about: as many of its words as are commands.
const CommandText& command_of(const CommandText& root, const std::vector<std::string>& words) {
  const auto* at = &root;
  for (const auto& word : words) {
    const auto* next = find_command(*at, {word});
    if (!next) break;
    at = next;
  }
  return *at;
}

int wrong_usage(const std::string& fault, const CommandText& command) {
  std::cerr << "error: " << fault << "\n`" << command.path << " --help` says how it is used\n";
  return 2;
}

void add_all(CLI::App& app, Action& action, const std::shared_ptr<const CommandText>& root) {
  const auto add_help = [&root](CLI::App& to, Action& asked) {
    add_help_commands(to, asked, root);
  };
  using Add = std::function<void(CLI::App&, Action&)>;
  for (const auto& [group, add] : {std::pair<const char*, Add>("Alerts", add_alert_commands),
                                   {"The daemon", add_daemon_commands},
                                   {"What happened, and why", add_tool_commands},
                                   {"Config and rules", add_rule_commands},
                                   {"This program", add_help}}) {
    std::vector<CLI::App*> before = app.get_subcommands([](CLI::App*) { return true; });
    add(app, action);
    for (auto* command : app.get_subcommands([](CLI::App*) { return true; }))
      if (std::ranges::find(before, command) == before.end()) command->group(group);
  }
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& example) {
  auto* command = parent.add_subcommand(name, summary);
  command->footer(example);
  command->group("Commands");
  return command;
}

void add_url(CLI::App& command, std::string& url) {
  command.add_option("--url", url,
                     "the daemon (ALARUM_URL, else what ~/.config/alarum/config.yaml says, else "
                     "http://127.0.0.1:9797)");
}

void add_json(CLI::App& command, bool& json) {
  command
      .add_option_function<std::string>(
          "-o,--output", [&json](const std::string&) { json = true; },
          "for programs, with the API's names")
      ->check(CLI::IsMember({"json"}));
}

std::vector<std::string> or_shipped(std::vector<std::string> paths) {
  return paths.empty() ? app::shipped_rules() : paths;
}

int run(int argc, const char* const* argv) {
  // Text of events reaches a terminal by these alone. Progress bars, which move the cursor, use
  // std::clog.
  PrintableOutput out(std::cout), err(std::cerr);
  CLI::App app(
      "Alarum turns cloud and server event streams into alerts that fire once and resolve when the "
      "cause is gone.",
      "alarum");
  app.formatter_fn([](const CLI::App* one, const std::string&, CLI::AppFormatMode) {
    return help_text(describe(*one));
  });
  app.footer("alarum serve\nalarum send events.ndjson\nalarum alerts");
  app.set_version_flag("--version", version_text(), "the version");
  Action action;
  const auto root = std::make_shared<CommandText>();
  add_all(app, action, root);
  const auto& commands = *root = describe(app);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (const auto wrong = wrong_command(commands, words); !wrong.empty())
    return wrong_usage(wrong, command_of(commands, words));
  if (!words.empty()) keep_the_named(app, words.front());
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& fault) {
    const auto& command = command_of(commands, words);
    const auto wrong = wrong_option(command, words);
    if (wrong.empty() && !command.commands.empty()) {  // one of them has to be named
      std::cerr << help_text(command);
      return 2;
    }
    return wrong_usage(wrong.empty() ? fault.what() : wrong, command);
  }
  if (!action) {
    std::cout << help_text(commands);
    return 0;
  }
  // These colour lines, and make their texts printable themselves
  if (words.front() == "serve" || words.front() == "alerts") out.restore();
  return action();
}

}  // namespace alarum::cli
