#include <gtest/gtest.h>

#include "tests/receivers/integration.h"

namespace alarum::receivers {
namespace {

using Json = nlohmann::json;

TEST(PagerDuty, TriggersAndResolvesUnderOneKey) {
  const std::string configs = "pagerduty_configs: [{routing_key: 'k\"ey'}]";
  const auto trigger = body_of(configs), resolve = body_of(configs, resolved());
  EXPECT_EQ(trigger["event_action"], "trigger");
  EXPECT_EQ(trigger["payload"]["severity"], "critical");
  EXPECT_EQ(trigger["dedup_key"], resolve["dedup_key"]);
  EXPECT_EQ(resolve["event_action"], "resolve");
  EXPECT_FALSE(trigger.contains("routing_key")) << "a secret does not go into the outbox";
  EXPECT_EQ(Json::parse(prepared(configs, content_of(configs).body).body)["routing_key"], "k\"ey");
}

TEST(ResolveOn, LeavesOutEndsThatWereNotConfirmed) {
  auto message = resolved();
  message.changes[0].alert.reason = model::EndReason::timeout;
  const auto duty = integration_of("pagerduty_configs: [{routing_key: k}]"),
             hook = integration_of("webhook_configs: [{url: 'http://x'}]");
  EXPECT_FALSE(compose(message, {duty, ""}));
  EXPECT_TRUE(compose(message, {hook, ""}));
  EXPECT_TRUE(compose(resolved(), {duty, ""}));
  message.changes.push_back(change_of(model::AlertState::firing, "4"));
  EXPECT_EQ(Json::parse(compose(message, {duty, ""})->body)["event_action"], "trigger");
}

TEST(PagerDuty, HasAKeyOfTheSecondApi) {
  EXPECT_EQ(read_receiver("pagerduty_configs: [{}]").said,
            "c.yaml:4:23: error: pagerduty_configs of receiver \"a\" has no \"routing_key\" (or "
            "\"routing_key_file\")\n");
  EXPECT_EQ(integration_of("pagerduty_configs: [{routing_key: k}]").url.reveal(),
            "https://events.pagerduty.com/v2/enqueue");
}

}  // namespace
}  // namespace alarum::receivers
