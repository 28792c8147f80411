#include <gtest/gtest.h>

#include "config/config.h"
#include "tests/config/parse.h"

namespace alarum::config::receivers_test {
namespace {

using namespace std::chrono_literals;
using model::EndReason;

struct Read {
  std::optional<Config> config;
  std::string said;
  const Integration& integration() const { return config->receivers.at(0).integrations.at(0); }
};

Read read(const std::string& configs) {
  Diagnostics out;
  auto config =
      parse("route: {receiver: a}\nreceivers:\n- name: a\n  " + configs + "\n", "c.yaml", out);
  return {std::move(config), out.text()};
}

TEST(Receivers, OfEveryKindAreRead) {
  const auto all = read(R"(webhook_configs: [{url: http://x, signature: github, secret: s}]
  cloudevents_configs: [{url: http://x, mode: binary, source: /alarum}]
  alertmanager_configs: [{url: http://x, resend_every: 30s}]
  pagerduty_configs: [{routing_key: k}]
  slack_configs: [{api_url: http://x, channel: ops}]
  teams_configs: [{url: http://x}]
  msteamsv2_configs: [{webhook_url: http://x}]
  dingtalk_configs: [{url: http://x, secret: s, at_mobiles: ['138'], language: zh}]
  feishu_configs: [{url: http://x}]
  wecom_configs: [{url: http://x, title: '{{title}}'}]
  smn_configs: [{url: http://x, project_id: p, topic_urn: t, access_key: a, secret_key: s}]
  email_configs: [{to: 'a@x, b@x', from: c@x, smarthost: 'x:25'}]
  console_configs: [{}]
  file_configs: [{path: out.ndjson}])");
  ASSERT_TRUE(all.config) << all.said;
  const auto& list = all.config->receivers[0].integrations;
  ASSERT_EQ(list.size(), 14u);
  EXPECT_EQ(receivers::receiver_of(list[11]).mail()->to, (std::vector<std::string>{"a@x", "b@x"}));
  EXPECT_EQ(list[6].kind, "teams");
  EXPECT_EQ(receivers::receiver_of(list[2]).resend_every(), 30s);
  EXPECT_EQ(list[3].resolve_on, (std::vector<EndReason>{EndReason::recovered, EndReason::drained,
                                                        EndReason::manual, EndReason::escalated}));
  EXPECT_EQ(list[7].rate, 20u);
  EXPECT_EQ(list[7].words.language, Language::zh);
}

TEST(Receivers, HaveACommonPart) {
  const auto one = read(
      "webhook_configs: [{url: http://x, resolve_on: [recovered, timeout], timeout: 3s, "
      "rate_limit: {count: 5, per: 10s}, concurrency: 2, "
      "http_config: {proxy_url: 'socks5://p:1', headers: {X-A: b}, tls_config: {ca_file: ca.pem, "
      "server_name: y}}}]");
  ASSERT_TRUE(one.config) << one.said;
  const auto& how = one.integration();
  EXPECT_EQ(how.resolve_on, (std::vector<EndReason>{EndReason::recovered, EndReason::timeout}));
  EXPECT_EQ(how.timeout, 3s);
  EXPECT_EQ(how.first_byte_timeout, 3s);
  EXPECT_EQ(how.rate, 5u);
  EXPECT_EQ(how.rate_per, 10s);
  EXPECT_EQ(how.http.headers.at(0).second.reveal(), "b");
  EXPECT_EQ(how.http.tls.ca_file, "ca.pem");
}

TEST(Receivers, FaultsNameTheKeyThePlaceAndTheFix) {
  EXPECT_EQ(read("webhook_configs: [{url: http://x, signatur: github}]").said,
            "c.yaml:4:37: error: unknown key \"signatur\" in webhook_configs of receiver \"a\" "
            "(did you mean \"signature\"?)\n");
  EXPECT_EQ(read("webhook_configs: [{url: http://x, resolve_on: [recoverd]}]").said,
            "c.yaml:4:50: error: \"resolve_on\" must be all, confirmed, or a list of recovered, "
            "drained, timeout, manual, escalated, rule_changed, lost, not string \"recoverd\"\n");
  EXPECT_EQ(
      read("webhook_configs: [{url: http://x, http_config: {headers: {Authorization: x}}}]").said,
      "c.yaml:4:61: error: the header \"Authorization\" is set by us: use authorization, "
      "bearer_token or basic_auth\n");
  EXPECT_EQ(read("webhook_configs: [{url: http://x, fallback: b}]").said,
            "c.yaml:3:1: error: the fallback \"b\" of receiver \"a\" is no receiver\n");
  EXPECT_EQ(
      read("webhook_configs: [{url: http://x, http_config: {tls_config: {cert_file: a}}}]").said,
      "c.yaml:4:63: error: tls_config needs both \"cert_file\" and \"key_file\", or neither\n");
}

// Each would be sent what the other did not take, as one dead letter after the other.
TEST(Receivers, AreNotEachOthersFallback) {
  const auto said = [](const std::map<std::string, std::string>& fallbacks) {
    std::string text = "route: {receiver: a}\nreceivers:\n";
    for (const auto& [name, fallback] : fallbacks) {
      text += "- {name: " + name + ", webhook_configs: [{url: http://x" +
              (fallback.empty() ? "" : ", fallback: " + fallback) + "}]}\n";
    }
    Diagnostics out;
    (void)parse(text, "c.yaml", out);
    return out.text();
  };
  const std::string rest =
      ". What none of them takes would be sent round for ever: give the last one no \"fallback\"\n";
  EXPECT_EQ(said({{"a", "b"}, {"b", "c"}, {"c", ""}}), "");
  EXPECT_EQ(said({{"a", "b"}, {"b", "a"}}),
            "c.yaml:3:1: error: receivers are each other's fallback: a -> b -> a" + rest);
  EXPECT_EQ(said({{"a", "b"}, {"b", "d"}, {"c", "b"}, {"d", "b"}}),
            "c.yaml:3:1: error: receivers are each other's fallback: b -> d -> b" + rest);
}

TEST(Receivers, TemplatesAreCheckedWhenTheyAreRead) {
  EXPECT_NE(read("slack_configs: [{api_url: http://x, title: '{{ .Alerts }}'}]")
                .said.find("\"title\" is a Go template, and templates are Mustache here"),
            std::string::npos);
}

TEST(Heartbeat, IsRead) {
  Diagnostics out;
  const auto config = parse("heartbeat: {url: http://x, every: 30s}\n", "c.yaml", out);
  ASSERT_TRUE(config) << out.text();
  EXPECT_EQ(config->heartbeat->every, 30s);
  EXPECT_FALSE(parse("heartbeat: {}\n", "c.yaml", out));
  EXPECT_NE(out.text().find("heartbeat has no \"url\""), std::string::npos);
}

}  // namespace
}  // namespace alarum::config::receivers_test
