#include "app/rule_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/target_metrics.h"

namespace alarum::app {
namespace {

bool has(const std::string& page, const std::string& line) {
  return ('\n' + page).find('\n' + line + '\n') != std::string::npos;
}

TEST(RuleMetrics, GiveEachRuleARowInEachOfThem) {
  api::EngineNumbers engine;
  engine.changes.fired_by_rule = {{"A", 3}};
  engine.firing_by_rule = {{"A", 2}, {"Own", 1}, {"", 7}};  // posted alerts have no rule
  engine.keys_by_rule = {{"B", 5}};
  api::MetricsPage page;
  add_rules(page, {{}, {{"A", 9}, {"B", 0}}}, {{"A", 0.25}}, engine);
  const auto text = page.text();
  for (const auto* line :
       {R"(alarum_rule_matches_total{rule="A"} 9)", R"(alarum_rule_matches_total{rule="B"} 0)",
        R"(alarum_rule_processing_seconds_total{rule="A"} 0.25)",
        R"(alarum_rule_processing_seconds_total{rule="B"} 0)",
        R"(alarum_rule_fired_total{rule="A"} 3)", R"(alarum_rule_fired_total{rule="B"} 0)",
        R"(alarum_rule_firing_alerts{rule="A"} 2)", R"(alarum_rule_firing_alerts{rule="Own"} 1)",
        R"(alarum_rule_firing_alerts{rule="B"} 0)", R"(alarum_rule_keys{rule="B"} 5)"})
    EXPECT_TRUE(has(text, line)) << line << '\n' << text;
  EXPECT_EQ(text.find(R"(rule="")"), std::string::npos);
  EXPECT_EQ(text.find(R"(alarum_rule_keys{rule="A")"), std::string::npos);
}

TEST(RuleMetrics, WithoutTheEngineHaveWhatIsKnownWithoutIt) {
  api::MetricsPage page;
  add_rules(page, {{}, {{"A", 9}}}, {}, std::nullopt);
  EXPECT_TRUE(has(page.text(), R"(alarum_rule_matches_total{rule="A"} 9)"));
  EXPECT_EQ(page.text().find("alarum_rule_fired_total"), std::string::npos);
}

TEST(RuleMetrics, AreBoundedHoweverManyRulesThereWere) {
  constexpr std::size_t kMost = ingest::Counts::kMostRules;
  ingest::MatchCounts matches;
  api::EngineNumbers engine;
  for (std::size_t i = 0; i < kMost; ++i) matches.by_rule["R" + std::to_string(i)] = 1;
  for (std::size_t i = 0; i < 2 * kMost; ++i) {
    engine.firing_by_rule["S" + std::to_string(i)] = 2;
    engine.changes.fired_by_rule["S" + std::to_string(i)] = 3;
    engine.keys_by_rule["S" + std::to_string(i)] = 4;
  }
  api::MetricsPage page;
  add_rules(page, matches, {}, engine);
  const auto text = page.text();
  EXPECT_TRUE(has(text, R"x(alarum_rule_firing_alerts{rule="(others)"} 4000)x"));
  EXPECT_TRUE(has(text, R"x(alarum_rule_fired_total{rule="(others)"} 6000)x"));
  EXPECT_TRUE(has(text, R"x(alarum_rule_keys{rule="(others)"} 8000)x"));
  EXPECT_LE(std::ranges::count(text, '\n'), std::ptrdiff_t{5 * (kMost + 1) + 10});
}

TEST(TargetMetrics, SayWhatBecameOfRequestsAndNotifications) {
  api::TargetState up, idle;
  up.target = "ops/webhook/0", idle.target = "ops/webhook/1";
  up.in_flight = 1, up.circuit_open = true;
  up.last_success = Time(std::chrono::milliseconds(1500));
  up.accepted = 5, up.delivered = 7, up.dead = 2, up.dropped = 1;
  up.failed = {{"status_5xx", 3}, {"connect", 1}};
  up.durations = {{1}, {4, 5}, 12.5};
  const api::TargetStates targets{up, idle};
  api::MetricsPage page;
  add_targets(page, targets);
  add_pending(page, targets, {{"gone/webhook/0", 9, Time()}, {"ops/webhook/0", 4, Time()}},
              Time(std::chrono::seconds(90)));
  const auto text = page.text();
  for (const auto* line :
       {R"(alarum_target_requests_total{target="ops/webhook/0",outcome="accepted"} 5)",
        R"(alarum_target_requests_total{target="ops/webhook/0",outcome="failed"} 4)",
        R"(alarum_target_requests_total{target="ops/webhook/1",outcome="failed"} 0)",
        R"(alarum_target_failed_requests_total{target="ops/webhook/0",reason="status_5xx"} 3)",
        R"(alarum_target_notifications_total{target="ops/webhook/0",outcome="delivered"} 7)",
        R"(alarum_target_notifications_total{target="ops/webhook/0",outcome="dead"} 2)",
        R"(alarum_target_notifications_total{target="ops/webhook/0",outcome="dropped"} 1)",
        R"(alarum_target_requests_in_flight{target="ops/webhook/0"} 1)",
        R"(alarum_target_circuit_open{target="ops/webhook/0"} 1)",
        R"(alarum_target_circuit_open{target="ops/webhook/1"} 0)",
        R"(alarum_target_last_success_timestamp_seconds{target="ops/webhook/0"} 1.5)",
        R"(alarum_target_request_duration_seconds_count{target="ops/webhook/0"} 9)",
        R"(alarum_target_pending_notifications{target="ops/webhook/0"} 4)",
        R"(alarum_target_pending_notifications{target="ops/webhook/1"} 0)",
        R"(alarum_target_oldest_pending_seconds{target="ops/webhook/0"} 90)",
        R"(alarum_target_oldest_pending_seconds{target="ops/webhook/1"} 0)"})
    EXPECT_TRUE(has(text, line)) << line << '\n' << text;
  EXPECT_EQ(text.find("gone"), std::string::npos) << "it has no row: it would never go";
  EXPECT_EQ(text.find("last_failure"), std::string::npos);
}

}  // namespace
}  // namespace alarum::app
