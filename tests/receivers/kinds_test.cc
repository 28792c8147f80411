// What holds of each kind in the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

TEST(Kinds, EachHasAnEntryOfItsOwn) {
  std::set<std::string> names, lists;
  for (const auto& kind : kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    for (const auto& list : kind.lists) {
      EXPECT_TRUE(lists.insert(list.key).second && list.key.ends_with("_configs")) << list.key;
      EXPECT_EQ(config::kind_of_list(kinds(), list.key), &kind);
    }
    const auto how = integration_of(least_of(kind.name));
    EXPECT_EQ(how.kind, kind.name);
    ASSERT_TRUE(how.as) << kind.name;
    EXPECT_FALSE(content_of(least_of(kind.name)).body.empty()) << kind.name;
    EXPECT_TRUE(how.url.empty() == (how.as->output() != nullptr))
        << kind.name << ": it goes over the network, or to an output of this machine";
  }
}

TEST(Kinds, EachRefusesAKeyThatItDoesNotHave) {
  for (const auto& kind : kinds()) {
    const auto said = read_receiver(kind.lists.front().key + ": [{nonsense: 1}]").said;
    EXPECT_NE(
        said.find("unknown key \"nonsense\" in " + kind.lists.front().key + " of receiver \"a\""),
        std::string::npos)
        << said;
    for (const auto& key : kind.unavailable) EXPECT_FALSE(kind.key(key)) << kind.name << ' ' << key;
    for (const auto& one : kind.defaults)
      EXPECT_TRUE(std::ranges::count(kind.key_names(), one.key)) << kind.name << ' ' << one.key;
  }
}

// What an operator may say of each: who could not be told, how often, and which ends.
TEST(Kinds, EachHasTheKeysOfAll) {
  for (const auto& kind : kinds()) {
    auto configs = least_of(kind.name);
    configs.insert(configs.find('}'),
                   std::string(configs.find("{}") == std::string::npos ? ", " : "") +
                       "send_resolved: false, notify_ack: true, timeout: 3s, retry: {max_age: 5m}, "
                       "rate_limit: {count: 7, per: 8s}, concurrency: 9");
    const auto how = integration_of(configs);
    EXPECT_FALSE(how.send_resolved) << kind.name;
    EXPECT_EQ(std::pair(how.timeout, how.retry_max_age), std::pair(Duration(3s), Duration(5min)))
        << kind.name;
    EXPECT_EQ(std::pair(how.rate, how.rate_per), std::pair(std::uint64_t{7}, Duration(8s)))
        << kind.name;
    EXPECT_FALSE(compose(resolved(), {how, ""})) << kind.name;
    EXPECT_TRUE(compose(firing(), {how, ""})) << kind.name;
  }
}

// A secret goes into an attempt, never into what is kept; nobody is shown it.
TEST(Kinds, SecretsAreInNothingThatIsComposed) {
  for (const char* configs :
       {"webhook_configs: [{url: 'http://x', signature: github, secret: hunter2}]",
        "pagerduty_configs: [{routing_key: hunter2}]", "opsgenie_configs: [{api_key: hunter2}]",
        "incidentio_configs: [{url: 'http://x', alert_source_token: hunter2}]",
        "sns_configs: [{access_key: a, secret_key: hunter2, topic_arn: "
        "'arn:aws:sns:us-east-2:1:t'}]",
        "rocketchat_configs: [{token: t, token_id: hunter2, channel: c}]",
        "victorops_configs: [{api_key: hunter2, routing_key: r}]",
        "pushover_configs: [{user_key: u, token: hunter2}]",
        "webex_configs: [{room_id: r, token: hunter2}]",
        "ntfy_configs: [{topic: t, token: hunter2}]",
        "telegram_configs: [{bot_token: hunter2, chat_id: 1}]",
        "dingtalk_configs: [{url: 'http://x', secret: hunter2}]",
        "feishu_configs: [{url: 'http://x', secret: hunter2}]",
        "smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: hunter2, "
        "secret_key: hunter2}]",
        "nats_configs: [{url: 'nats://x', subject: s, token: hunter2}]",
        "nats_configs: [{url: 'nats://x', subject: s, username: u, password: hunter2}]",
        "email_configs: [{to: a@x, from: b@x, smarthost: 'l:25', auth_username: u, auth_password: "
        "hunter2}]"}) {
    EXPECT_EQ(content_of(configs).body.find("hunter2"), std::string::npos) << configs;
    EXPECT_TRUE(std::ranges::count(receiver_of(integration_of(configs)).secrets(), "hunter2"))
        << configs;
  }
}

TEST(Kinds, NoneTakesWhatIsNoSuccess) {
  for (const auto& kind : kinds()) {
    for (const long status : {302L, 400L, 404L, 429L, 503L})
      EXPECT_NE(judged(kind.name, status, "ok").kind, Verdict::Kind::delivered)
          << kind.name << ' ' << status;
  }
}

TEST(Kinds, ADestinationIsMoreThanItsUrl) {
  const auto destination = [](const std::string& configs) {
    return receiver_of(integration_of(configs)).destination();
  };
  EXPECT_EQ(destination("slack_configs: [{url: 'http://x', channel: '#a'}]"), "#a");
  EXPECT_EQ(destination("pagerduty_configs: [{routing_key: k}]"), "k");
  EXPECT_EQ(destination("smn_configs: [{url: 'http://x', project_id: p, topic_urn: t, access_key: "
                        "a, secret_key: s}]"),
            "p\nt");
  EXPECT_EQ(destination("email_configs: [{to: 'a@x, b@x', from: b@x, smarthost: 'l:25'}]"),
            "a@x\nb@x\n");
  EXPECT_EQ(destination("file_configs: [{path: /x}]"), "/x");
  EXPECT_EQ(destination("webhook_configs: [{url: 'http://x'}]"), "");
}

// The yaml blocks of docs/receivers.md are configs that are read without a fault, and each kind is
// in one of them.
TEST(Kinds, EachHasAnExampleInTheDocuments) {
  std::ifstream page(std::string(ALARUM_SOURCE_DIR) + "/docs/receivers.md");
  std::string all, block;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```" && inside) {
      Diagnostics out;
      EXPECT_TRUE(config::parse(block, "receivers.yaml", kinds(), out)) << out.text() << block;
      EXPECT_EQ(out.text(), "") << block;
      all += block, inside = false;
    }
    if (inside) block += line + '\n';
    if (line.starts_with("```yaml")) inside = true, block.clear();
  }
  for (const auto& kind : kinds())
    EXPECT_NE(all.find("    " + kind.lists.front().key + ":"), std::string::npos) << kind.name;
}

// A heartbeat's: the reader of a config gives it no kind.
TEST(Kinds, OneWithoutAKindIsAPlainPost) {
  const config::Integration how;
  EXPECT_EQ(judge(how, {200, "anything", {}}).kind, Verdict::Kind::delivered);
  EXPECT_EQ(judge(how, {503, "", {}}).kind, Verdict::Kind::retry);
  EXPECT_FALSE(receiver_of(how).mail() || receiver_of(how).output());
}

}  // namespace
}  // namespace alarum::receivers
