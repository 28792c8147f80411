#include "config/shown.h"

#include <gtest/gtest.h>

#include "tests/config/parse.h"

namespace alarum::config::shown_test {
namespace {

std::string shown(const std::string& text) {
  Diagnostics faults;
  const auto root = parse_yaml(text, "c.yaml", faults);
  EXPECT_TRUE(root) << faults.text();
  return root ? shown_text(*root, receivers::kinds()) : "";
}

TEST(Shown, AConfigStaysAConfig) {
  EXPECT_EQ(shown("listen: 127.0.0.1:1\n"
                  "route: {receiver: a, routes: [{matchers: ['team=\"db\"'], receiver: b}]}\n"
                  "rules: []\n"),
            "listen: 127.0.0.1:1\n"
            "route:\n"
            "  receiver: a\n"
            "  routes:\n"
            "    - matchers:\n"
            "        - \"team=\\\"db\\\"\"\n"
            "      receiver: b\n"
            "rules: []\n");
}

TEST(Shown, SecretsOfEveryPlaceAreHidden) {
  const auto text = shown(R"(auth:
  admin: [{bearer_token: HIDE1}, {basic_auth: {username: kim, password: HIDE2}}]
  ingest: [{header: {name: X-Key, value: HIDE3}}, {query_token: HIDE4}]
  routes: {/ingest/json/ci: [{github_secret: HIDE5}]}
global: {slack_api_url: 'https://HIDE6', smtp_auth_password: HIDE7}
heartbeat: {url: 'https://beat/HIDE8', every: 1m}
receivers:
- name: a
  webhook_configs: [{url: 'https://HIDE9/x', http_config: {authorization: {credentials: HIDE10}, headers: {X-A: HIDE11}, proxy_url: 'http://HIDE12'}}]
  pagerduty_configs: [{routing_key: HIDE13}]
  dingtalk_configs: [{url: 'https://HIDE14', secret: HIDE15}]
sources:
- {sse: 'https://user:HIDE16@bmc/sse?token=HIDE17', http_config: {bearer_token: HIDE18}}
- {kafka: 'k:9092', topics: t, username: kim, password: HIDE19}
- {nats: 'n:4222', subjects: s, token: HIDE20}
- {mqtt: 'mqtt://m', topics: t, username: kim, password: HIDE21}
)");
  EXPECT_EQ(text.find("HIDE"), text.npos) << text;
  for (const auto* wanted :
       {"username: kim", "name: X-Key", "every: 1m", "https://bmc/sse?<secret>"})
    EXPECT_NE(text.find(wanted), text.npos) << wanted << " in\n" << text;
}

TEST(Shown, EverySecretKeyOfEveryKindIsHidden) {
  for (const auto& kind : receivers::kinds()) {
    for (const auto& key : kind.keys) {
      if (!may_be_file(key.form)) continue;
      const auto text = shown("receivers: [{name: a, " + kind.lists.front().key + ": [{" +
                              key.name + ": HIDE}]}]\n");
      EXPECT_EQ(text.find("HIDE"), text.npos) << kind.name << "." << key.name;
    }
  }
}

TEST(Shown, PathsOfSecretsStay) {
  EXPECT_EQ(shown("auth: {admin: [{bearer_token_file: /run/x}]}\n"),
            "auth:\n  admin:\n    - bearer_token_file: /run/x\n");
}

TEST(Routing, ADoubleEqualsSignIsAWarning) {
  const auto said = [](const std::string& matcher) {
    Diagnostics out;
    const auto config = parse("route: {receiver: a, routes: [{matchers: ['" + matcher +
                                  "'], receiver: a}]}\nreceivers: [{name: a, console_configs: "
                                  "[{}]}]\n",
                              "c.yaml", out);
    EXPECT_TRUE(config) << out.text();
    return out.text();
  };
  EXPECT_NE(said("severity == critical").find("write severity=\"critical\""), std::string::npos)
      << said("severity == critical");
  EXPECT_EQ(said("severity = critical"), "");
}

TEST(Shown, AConfigThatWasReadHasItsText) {
  Diagnostics out;
  const auto config = parse("log: {level: warn}\n", "c.yaml", out);
  ASSERT_TRUE(config) << out.text();
  EXPECT_EQ(config->shown, "log:\n  level: warn\n");
}

}  // namespace
}  // namespace alarum::config::shown_test
