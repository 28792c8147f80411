#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine::unmatched_test {
namespace {

const std::string kRules =
    "rules:\n"
    "  - {alert: Unknown, unmatched: true, match: {severity: [critical, major]}, by: type, "
    "resolve_after: 24h}\n"
    "  - {alert: Down, match: {type: linkDown}, until: linkUp, by: subject}\n"
    "  - {alert: Reboot, sequence: [reboot, {absent: resumed}], within: 15m, by: subject, "
    "resolve_after: 12h}\n"
    "  - {alert: Off, match: noise, until: silence, resolve_after: 1h, enabled: false}\n";

std::string told_of(const std::string& rules, const std::string& story) {
  World world(rules);
  world.play(story);
  return world.told();
}
std::string told_of(const std::string& story) {
  return told_of(kRules, story);
}

TEST(Unmatched, TakesWhatNoMatchUntilOrStepFits) {
  EXPECT_EQ(told_of("1m fanLost s1 severity=critical"), "1m fired Unknown{type=fanLost}\n");
  EXPECT_EQ(told_of("1m fanLost s1 severity=minor\n1m fanLost s1"), "");
  EXPECT_EQ(told_of("1m linkDown s1 severity=critical\n2m linkUp s1 severity=critical\n3m linkUp "
                    "s2 severity=critical"),
            "1m fired Down{subject=s1}\n2m resolved Down{subject=s1} recovered\n");
  EXPECT_EQ(told_of("1m reboot s1 severity=major\n2m resumed s1 severity=major\n3m resumed s2 "
                    "severity=major"),
            "");
}

TEST(Unmatched, KnowsWhatADisabledRuleWouldTake) {
  EXPECT_EQ(told_of("1m noise s1 severity=critical\n2m silence s1 severity=critical"), "");
}

TEST(Unmatched, LeavesOutRecoveriesAndSyslogUnlessItNamesThem) {
  const std::string story =
      "1m a s1 severity=major status=resolved\n2m b s1 severity=major format=syslog";
  EXPECT_EQ(told_of(story), "");
  EXPECT_EQ(told_of("rules: [{alert: U, unmatched: true, match: {format: syslog, severity: major}, "
                    "by: type, resolve_after: 1h}]",
                    story),
            "2m fired U{type=b}\n");
  EXPECT_EQ(told_of("rules: [{alert: U, unmatched: true, match: {status: resolved}, by: type, "
                    "resolve_after: 1h}]",
                    story),
            "1m fired U{type=a}\n");
}

TEST(Unmatched, WithoutAPatternTakesAllThatIsUnknownAndNoAlerts) {
  const std::string rules =
      "rules: [{alert: U, unmatched: true, by: type, resolve_after: 1h}, {alert: Down, match: "
      "linkDown, resolve_after: 30m}, {alert: Two, match: {alert: Down}, resolve_after: 10m}]";
  EXPECT_EQ(told_of(rules, "1m a s1\n2m linkDown s1"),
            "1m fired U{type=a}\n2m fired Down{subject=s1}\n2m fired Two{subject=s1}\n");
}

TEST(Unmatched, ListsSubjectsWithinABound) {
  World world(kRules);
  const auto subjects = [&] {
    return world.engine()
        .active_alerts()
        .all()
        .at({"Unknown", "type=fanLost"})
        .alert.annotations.at("subjects");
  };
  world.play(
      "1m fanLost s1 severity=major\n2m fanLost s2 severity=major\n3m fanLost s1 "
      "severity=major\n4m fanLost - severity=major");
  EXPECT_EQ(subjects(), "s1, s2, (none)");
  for (int i = 0; i < 1000; ++i)
    world.play("5m fanLost host-" + std::to_string(i) + " severity=major");
  EXPECT_EQ(std::ranges::count(subjects(), ','), 16) << subjects();
  EXPECT_TRUE(subjects().ends_with(", and more"));
}

// A sender whose every type is another: bounded alerts, and one that stands for the rest.
TEST(Unmatched, IsBoundedHoweverManyTypesThereAre) {
  World world(
      "rules: [{alert: Unknown, unmatched: true, by: type, max_keys: 200, resolve_after: 24h}]");
  for (int i = 0; i < 20'000; ++i) world.play("1m type-" + std::to_string(i) + " s1");
  const auto& by_rule = world.engine().active_alerts().by_rule();
  EXPECT_EQ(by_rule.at("Unknown"), 200U);
  EXPECT_EQ(by_rule.at("AlarumRuleDegraded"), 1U);
  EXPECT_EQ(world.engine().counts().keys_refused, 19'800U);
}

TEST(Unmatched, AfterAReloadIsWhatTheNewRulesDoNotKnow) {
  World world(kRules);
  world.play("1m pumpLost s1 severity=major");
  EXPECT_EQ(world.told(), "1m fired Unknown{type=pumpLost}\n");
  world.reload(support::at("2m"),
               kRules + "  - {alert: Pump, match: pumpLost, by: subject, resolve_after: 1h}\n");
  world.play("3m pumpLost s1 severity=major");
  EXPECT_EQ(world.told(), "3m fired Pump{subject=s1}\n");
  world.reload(support::at("4m"), kRules);
  world.play("5m pumpLost s1 severity=major\n6m pumpLost s1 severity=major");
  EXPECT_EQ(world.told(), "4m resolved Pump{subject=s1} rule_changed\n") << "it fires still";
  EXPECT_EQ(world.engine().active_alerts().all().at({"Unknown", "type=pumpLost"}).alert.count, 3U);
  world.reload(support::at("7m"), "rules: [{alert: Down, match: linkDown, resolve_after: 1h}]");
  EXPECT_EQ(world.told(), "7m resolved Unknown{type=pumpLost} rule_changed\n");
}

// Point 15: `until` may be wider than `match`.
TEST(Until, IsNoEndOfTheFaultThatItFitsAsWell) {
  const std::string rules =
      "rules: [{alert: Hot, match: {type: temperature, severity: critical}, until: {type: "
      "temperature}, by: subject}]";
  EXPECT_EQ(told_of(rules,
                    "1m temperature s1 severity=critical\n2m temperature s1 severity=critical\n3m "
                    "temperature s1 severity=info"),
            "1m fired Hot{subject=s1}\n3m resolved Hot{subject=s1} recovered\n");
  EXPECT_EQ(told_of(rules,
                    "1m temperature s1 severity=critical\n2m temperature s1 severity=critical "
                    "status=resolved"),
            "1m fired Hot{subject=s1}\n2m resolved Hot{subject=s1} recovered\n");
}

}  // namespace
}  // namespace alarum::engine::unmatched_test
