// The part of a config that a reload records.
#include "config/notifying.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/config.h"
#include "tests/config/parse.h"
#include "tests/receivers/messages.h"

namespace alarum::config {
namespace {

// Every secret has "hunter" in it.
constexpr const char* kAll = R"(
external_url: https://alarum.example
heartbeat: {url: https://hunter0.example}
global: {http_config: {authorization: {credentials: hunter1}}, slack_api_url: https://hunter2.example}
route: {receiver: all, group_by: [rack], group_wait: 20s, routes: [{matchers: ['a="b"'], log_only: true}]}
inhibit_rules: [{source_match: {a: b}, target_match: {a: c}, equal: [rack]}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}]
self_monitoring: own
receivers:
- name: own
  console_configs: [{}]
- name: all
  webhook_configs:
  - {url: 'https://user.example/hunter3', signature: standard_webhooks, secret: whsec_aHVudGVyNA==,
     payload: {text: "a {{title}} \"b\"\t", n: 1.50, list: [true, null, 0]}, max_alerts: 5}
  - {url_file: url, signature: github, secret_file: secret, fallback: own, retry: {max_age: 5m}}
  cloudevents_configs: [{url: https://hunter5.example, mode: binary, source: /alarum}]
  alertmanager_configs: [{url: https://hunter6.example, http_config: {basic_auth: {username: a, password: hunter7}}}]
  pagerduty_configs: [{routing_key: hunter8, client: us}]
  opsgenie_configs: [{api_key: hunterN, tags: [a], responders: [{name: core, type: team}]}]
  discord_configs: [{webhook_url: https://hunterO.example, username: us}]
  telegram_configs: [{bot_token: hunterP, chat_id: -1001, api_url: https://hunterQ.example}]
  ntfy_configs: [{topic: t, token: hunterR, url: https://hunterS.example, tags: 'a, b'}]
  mattermost_configs: [{webhook_url: https://hunterT.example, channel: ops}]
  webex_configs: [{room_id: r, token: hunterU, api_url: https://hunterV.example}]
  pushover_configs: [{user_key: hunterW, token: hunterX, api_url: https://hunterY.example, emergency_retry: 45s}]
  victorops_configs: [{api_key: hunterZ, routing_key: r, api_url: https://hunter10.example}]
  rocketchat_configs: [{token: hunter11, token_id: hunter12, channel: c, api_url: https://hunter13.example}]
  servicenow_configs: [{url: https://hunter14.example, event_class: us}]
  sns_configs: [{access_key: hunter15, secret_key: hunter16, topic_arn: 'arn:aws:sns:us-east-2:1:t', api_url: https://hunter17.example}]
  incidentio_configs: [{url: https://hunter18.example, alert_source_token: hunter19}]
  jira_configs: [{api_url: https://hunter20.example, project: P, issue_type: Bug}]
  slack_configs: [{channel: ops}]
  teams_configs: [{url: https://hunter9.example}]
  msteamsv2_configs: [{webhook_url: https://hunterA.example}]
  dingtalk_configs: [{url: https://hunterB.example, secret: hunterC, at_mobiles: ['138'], language: zh}]
  feishu_configs: [{url: https://hunterD.example, secret: hunterE, title: "{{title}} \u4e2d"}]
  wecom_configs: [{url: https://hunterF.example}]
  smn_configs: [{url: https://hunterG.example, project_id: p, topic_urn: t, access_key: hunterH, secret_key: hunterI}]
  email_configs:
  - {to: a@x.example, from: b@x.example, smarthost: 'x.example:25', auth_username: u, auth_password: hunterJ}
  - {to: a@x.example, from: b@x.example, url: 'smtps://hunterK.example'}
  nats_configs: [{url: 'nats://hunter21.example', subject: s, jetstream: true, token: hunter22, tls_config: {}}]
  file_configs: [{path: out.ndjson}]
)";

class Notifying : public testing::Test {
 protected:
  Notifying() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "url") << "https://hunterL.example\n";
    std::ofstream(folder_ / "secret") << "hunterM\n";
  }
  ~Notifying() override { std::filesystem::remove_all(folder_); }
  Config read(const std::string& text) const {
    Diagnostics out;
    auto config = parse(text, folder_ / "alarum.yaml", out);
    EXPECT_TRUE(config) << out.text() << text;
    return config.value_or(Config{});
  }
  const std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / "notifying";
};

// A kind that is added must be added above.
TEST_F(Notifying, IsAskedOfEveryKindWithAllItsSecrets) {
  const std::string all = kAll;
  for (const auto& kind : receivers::kinds()) {
    EXPECT_NE(all.find("  " + kind.lists.front().key + ":"), all.npos) << kind.name;
    for (const auto& key : kind.keys) {
      const bool there = all.find(key.name + ": ") != all.npos || key.name.ends_with("url");
      EXPECT_TRUE(there || !may_be_file(key.form)) << kind.name << ' ' << key.name;
    }
  }
}

TEST_F(Notifying, HoldsNoSecret) {
  const auto text = read(kAll).notifying;
  EXPECT_EQ(text.find("hunter"), text.npos) << text.substr(text.find("hunter"));
  EXPECT_EQ(text.find("aHVudGVy"), text.npos);
  EXPECT_EQ(text.find("_file\""), text.npos) << "no file is read for it";
}

TEST_F(Notifying, IsAConfigThatSaysTheSame) {
  const auto whole = read(kAll);
  std::filesystem::remove_all(folder_);
  const auto part = read(whole.notifying);
  EXPECT_EQ(part.notifying, whole.notifying);
  EXPECT_EQ(part.self_monitoring, "own");
  EXPECT_EQ(part.routing.root.group_by->labels, whole.routing.root.group_by->labels);
  EXPECT_EQ(part.routing.root.group_wait, whole.routing.root.group_wait);
  EXPECT_TRUE(part.routing.root.routes.at(0).log_only);
  EXPECT_EQ(part.routing.inhibit_rules.size(), 1u);
  EXPECT_EQ(part.routing.intervals.size(), 1u);
  const auto &before = whole.receivers.at(1).integrations,
             &after = part.receivers.at(1).integrations;
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].kind, before[i].kind);
    const auto told = receivers::compose(receivers::firing(), {before[i], "http://bridge"});
    ASSERT_TRUE(told);
    EXPECT_EQ(receivers::compose(receivers::firing(), {after[i], "http://bridge"})->body,
              told->body);
    EXPECT_EQ(after[i].words.title, before[i].words.title);
    EXPECT_EQ(after[i].words.language, before[i].words.language);
    EXPECT_EQ(after[i].fallback, before[i].fallback);
    EXPECT_EQ(after[i].resolve_on, before[i].resolve_on);
  }
}

TEST_F(Notifying, OfAConfigThatSaysNothingIsTheDefault) {
  EXPECT_EQ(read("listen: 127.0.0.1:1\n").notifying, Config{}.notifying);
  EXPECT_EQ(read(Config{}.notifying).receivers.at(0).name, "console");
}

TEST_F(Notifying, ChangesWithWhatItSaysAndWithNothingElse) {
  const auto before = read(kAll).notifying;
  std::string other = kAll;
  other.replace(other.find("group_wait: 20s"), 15, "group_wait: 21s");
  EXPECT_NE(read(other).notifying, before);
  std::string secret = kAll;
  secret.replace(secret.find("hunter8"), 7, "hunterZ");
  secret += "listen: 127.0.0.1:1\n";
  EXPECT_EQ(read(secret).notifying, before);
}

}  // namespace
}  // namespace alarum::config
