// Who is notified of what, and how, as a text that a record holds.
#include "app/delivery_config.h"

#include <gtest/gtest.h>

#include "receivers/list.h"
#include "tests/receivers/messages.h"

namespace alarum::app {
namespace {

constexpr const char* kAll = R"(
external_url: https://alarum.example
route: {receiver: all}
receivers:
- name: all
  webhook_configs: [{url: 'https://a.example'}, {url: 'https://b.example', payload: {text: '{{title}}', at: 1.50}, fallback: other}]
  cloudevents_configs: [{url: https://c.example, mode: binary}]
  alertmanager_configs: [{url: https://d.example}]
  pagerduty_configs: [{routing_key: k}]
  slack_configs: [{api_url: https://e.example, channel: ops}]
  teams_configs: [{url: https://f.example}]
  dingtalk_configs: [{url: https://g.example, secret: s, at_mobiles: ['138'], language: zh}]
  feishu_configs: [{url: https://h.example}]
  wecom_configs: [{url: https://i.example}]
  smn_configs: [{url: https://j.example, project_id: p, topic_urn: t, access_key: a, secret_key: s}]
  email_configs: [{to: a@x.example, from: b@x.example, smarthost: 'x.example:25'}]
  file_configs: [{path: out.ndjson}]
  console_configs: [{}]
- name: other
  webhook_configs: [{url: 'https://k.example', resolve_on: confirmed, notify_ack: true}]
)";

config::Config read(const std::string& text) {
  Diagnostics out;
  auto config = config::parse(text, "c.yaml", receivers::kinds(), out);
  EXPECT_TRUE(config) << out.text();
  return config.value_or(config::Config{});
}

TEST(DeliveryConfig, OfTheTextMakeTheSameOfEachMessage) {
  const auto wires = notification_config_of(read(kAll), true);
  const auto again = delivery_config_of(wires.routing);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->targets.size(), 15u);
  for (std::size_t i = 0; i < again->targets.size(); ++i) {
    const auto &is = again->targets[i], &was = wires.outlets.targets[i];
    EXPECT_EQ(is.name, was.name);
    EXPECT_EQ(is.receiver, was.receiver);
    EXPECT_EQ(is.resolve_on, was.resolve_on);
    EXPECT_EQ(is.notify_ack, was.notify_ack);
    for (const auto& message : {receivers::firing(), receivers::resolved()}) {
      const auto one = again->compose(is.name, message),
                 other = wires.outlets.compose(is.name, message);
      ASSERT_EQ(one.has_value(), other.has_value()) << is.name;
      if (!one) continue;
      EXPECT_EQ(one->body, other->body) << is.name;
      EXPECT_EQ(one->headers, other->headers) << is.name;
    }
  }
  EXPECT_EQ(again->fallbacks, wires.outlets.fallbacks);
}

TEST(DeliveryConfig, OfTheTextKeepTheNamesOfTargets) {
  const auto before =
      notification_config_of(read("receivers: [{name: a, webhook_configs: [{url: "
                                  "'https://a.example'}, {url: 'https://b.example'}]}]"),
                             false);
  const auto after = notification_config_of(
      read("receivers: [{name: a, webhook_configs: [{url: 'https://b.example'}]}]"), false,
      before.destinations);
  EXPECT_EQ(delivery_config_of(after.routing)->targets.at(0).name, "a/webhook/1");
}

TEST(DeliveryConfig, OfATextThatIsNoneAreAnError) {
  const auto good = notification_config_of(read(kAll), false).routing;
  for (const auto& bad :
       {std::string(), std::string("{}"), std::string("{}\n{}\n"), good.substr(0, good.find('\n')),
        good + "unknown_key: 1\n", good.substr(0, good.find('\n') + 1) + "{}\n"}) {
    const auto read = delivery_config_of(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().reason, "bad_routing");
  }
}

}  // namespace
}  // namespace alarum::app
