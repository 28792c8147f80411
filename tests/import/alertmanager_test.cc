#include "import/alertmanager.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "config/config.h"
#include "import/yaml_writer.h"
#include "receivers/list.h"

namespace alarum::import {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Done {
  std::string text, said;
  std::optional<config::Config> config;
};

// What comes of a file, and its config, which must be clean.
Done imported(const std::string& text) {
  Diagnostics out, faults;
  const auto made = import_alertmanager(text, "am.yml", receivers::kinds(), out);
  Done done{made.value_or(""), out.text(), std::nullopt};
  if (!made) return done;
  done.config = config::parse(*made, "alarum.yaml", receivers::kinds(), faults);
  EXPECT_EQ(faults.text(), "") << *made;
  return done;
}

class Sample : public testing::TestWithParam<const char*> {};

// The samples are configs as they are published, in our words; NAME.imported.yaml is what comes of
// NAME.yaml.
TEST_P(Sample, IsImportedClean) {
  const auto folder = fs::path(ALARUM_SOURCE_DIR) / "tests/import/samples";
  const auto done = imported(content(folder / (std::string(GetParam()) + ".yaml")));
  ASSERT_TRUE(done.config) << done.said;
  EXPECT_EQ(done.text, content(folder / (std::string(GetParam()) + ".imported.yaml")));
}

INSTANTIATE_TEST_SUITE_P(Public, Sample,
                         testing::Values("teams-and-regexes", "kubernetes-default",
                                         "slack-and-chat"));

std::string with_receiver(const std::string& receiver) {
  return "global: {smtp_smarthost: 'm:25', smtp_from: a@x}\nroute: {receiver: r, group_by: "
         "[a]}\nreceivers: [{name: r, " +
         receiver + "}]\n";
}

TEST(Import, LosesNoRouteForAReceiverThatWeLack) {
  for (const auto* list :
       {"opsgenie_configs: [{priority: P1}]", "telegram_configs: [{chat_id: 1}]",
        "jira_configs: [{project: p}]", "pagerduty_configs: [{service_key: k}]",
        "email_configs: [{to: '{{ .CommonLabels.m }}'}]",
        "webhook_configs: [{url: 'http://x/{{ .Status }}'}]",
        "slack_configs: [{channel: c, app_token: t}]", "nosuch_configs: [{a: b}]"}) {
    const auto done = imported(with_receiver(list));
    ASSERT_TRUE(done.config) << list << done.said;
    EXPECT_EQ(done.config->receivers.at(0).integrations.at(0).kind, "console") << list;
    EXPECT_NE(done.said.find("of receiver \"r\" is left out"), std::string::npos) << done.said;
    EXPECT_NE(done.text.find("# left out"), std::string::npos);
  }
  EXPECT_TRUE(
      imported(with_receiver("webhook_configs: []")).config->receivers.at(0).integrations.empty())
      << "one that notifies nobody stays so";
}

TEST(Import, KeepsWhatAlertmanagerDoesWhereNothingIsSaid) {
  const auto done = imported(
      "route: {receiver: r}\nreceivers: [{name: r, webhook_configs: [{url: http://x}], "
      "slack_configs: [{api_url: http://y}]}]\n");
  ASSERT_TRUE(done.config);
  EXPECT_TRUE(done.config->routing.root.group_by &&
              done.config->routing.root.group_by->labels.empty());
  EXPECT_EQ(done.config->routing.root.group_wait, std::chrono::seconds(30));
  EXPECT_TRUE(done.config->receivers[0].integrations[0].send_resolved);
  EXPECT_FALSE(done.config->receivers[0].integrations[1].send_resolved)
      << "Alertmanager's default of slack";
}

// A file that is half moved: lists of ours beside theirs of the same room.
TEST(Import, TakesListsOfOursAsTheyAre) {
  const auto done =
      imported(with_receiver("wecom_configs: [{url: http://w}], teams_configs: [{url: http://t}], "
                             "wechat_configs: [{corp_id: c}], msteams_configs: [{webhook_url: "
                             "http://m}], dingtalk_configs: [{url: http://d}]"));
  ASSERT_TRUE(done.config) << done.said;
  EXPECT_EQ(done.config->receivers.at(0).integrations.size(), 5U);
}

// Nothing of a text ends a comment or begins a key.
TEST(Import, WritesNoTextAsYaml) {
  Diagnostics said;
  const auto made = import_alertmanager(
      "route: {receiver: r, \"x\\ny: z\": 1, routes: [{continue: \"true\\ninsecure: true\"}]}\nx: "
      "\"a\\rinsecure: true\"\ninhibit_rules: [{name: \"a\\rb: c\", source_match: {a: b}, "
      "target_match: {a: c}}]\n"
      "receivers: [{name: r, slack_configs: [{api_url: http://x, title: \"{{ if eq 1 \\rinsecure: "
      "true }}\"}]}]\n",
      "am.yml", receivers::kinds(), said);
  ASSERT_TRUE(made) << said.text();
  Diagnostics out;
  const auto node = parse_yaml(*made, "f", out);
  ASSERT_TRUE(node && out.ok()) << out.text() << *made;
  EXPECT_FALSE(node->find("insecure")) << *made;
  EXPECT_FALSE(node->find("b"));
}

TEST(Import, GivesEveryReceiverANameOfItsOwn) {
  const auto done = imported(
      "route: {receiver: a/b, routes: [{receiver: a-b}]}\nreceivers: [{name: a-b}, {name: a/b}]\n");
  ASSERT_TRUE(done.config) << done.said;
  EXPECT_EQ(done.config->routing.root.receiver, "a-b-");
  EXPECT_EQ(done.config->routing.root.routes[0].receiver, "a-b");
}

TEST(Import, ReadsTheEmptyTextAsNotSaid) {
  const auto done =
      imported(with_receiver("webhook_configs: [{url: http://x, url_file: '', http_config: "
                             "{bearer_token: '', proxy_url: ''}}, {url: ''}]"));
  ASSERT_TRUE(done.config) << done.said;
  EXPECT_EQ(done.config->receivers.at(0).integrations.size(), 1U);
  EXPECT_NE(done.said.find("it has no url"), std::string::npos);
}

TEST(Import, KeepsPathsOfSecrets) {
  const auto done = imported("route: {receiver: r}\nreceivers: [{name: r}]\n");
  Diagnostics out;
  const auto text = import_alertmanager(
      with_receiver("webhook_configs: [{url_file: secrets/url, http_config: {bearer_token_file: "
                    "t}}], pagerduty_configs: [{routing_key_file: /run/k}]"),
      "am.yml", receivers::kinds(), out);
  for (const auto* line :
       {"url_file: secrets/url", "bearer_token_file: t", "routing_key_file: /run/k"})
    EXPECT_NE(text->find(line), std::string::npos) << *text;
}

TEST(Import, RefusesWhatIsNone) {
  for (const auto& [text, why] :
       {std::pair("rules: []", "it has no \"route\""),
        std::pair("route: {receiver: a}", "it has no \"receivers\""),
        std::pair("[a]", "a mapping with \"route\""), std::pair("route: [\n", "is never closed"),
        std::pair("route: a\nreceivers: b", "must be a mapping")}) {
    const auto done = imported(text);
    EXPECT_EQ(done.text, "");
    EXPECT_NE(done.said.find(why), std::string::npos) << done.said;
  }
}

// Strings come back as themselves.
TEST(YamlWriter, QuotesWhatWouldBeReadOtherwise) {
  for (const std::string text :
       {"",     "a",    "null", "True", "1",  "007",  "1e5",   "5m",    "1h30m",
        "a: b", "a #b", "'",    "it's", "\"", "a\nb", "- a",   "{{a}}", "*",
        "&a",   "!a",   "@a",   "%",    "`",  " a ",  "a\\b'", "\x7f",  "é'",
        "...",  "0x1F", ".5",   "~",    "<<", "a:",   "yes"}) {
    YamlWriter writer;
    writer.entry(0, "k", std::string_view(text));
    Diagnostics out;
    const auto node = parse_yaml(writer.text(), "f", out);
    ASSERT_TRUE(node && out.ok()) << writer.text() << out.text();
    EXPECT_EQ(node->find("k")->text, text) << writer.text();
    EXPECT_TRUE(node->find("k")->is(Node::Kind::string)) << writer.text();
  }
}

}  // namespace
}  // namespace alarum::import
