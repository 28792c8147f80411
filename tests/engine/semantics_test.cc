// What RULES.md promises of clocks, restarts, reloads and bad input, at the engine itself.
#include <gtest/gtest.h>

#include "engine/preview.h"
#include "tests/engine/world.h"
#include "tests/support/slowdown.h"

namespace alarum::engine {
namespace {

constexpr auto kHeart = R"(
tables: {fleet: {file: fleet.csv, key: server}}
rules:
- {alert: HeartbeatLost, match: heartbeat, absent: 5m, expect: fleet, by: subject}
)";
const std::map<std::string, std::string> kFleet{{"fleet.csv", "server\ns1\ns2\ns3\n"}};

TEST(ByHand, AnAlertEndsAtOnceAndFiresAnewWhenItsCauseGoesOn) {
  World world(R"(
rules:
- {alert: Storm, match: error, count: 3, within: 10m, by: subject}
- {alert: Fault, match: fault, until: mended, keep_firing_for: 5m, by: subject}
- {alert: Both, match: {alert: Fault}, by: subject, resolve_after: 1h}
)");
  world.play(R"(
    0m error s1
    1m error s1
    2m error s1
    2m fault s1
    3m !resolve Storm subject=s1
    3m !resolve Fault subject=s1
    4m error s1
    5m error s1
    6m error s1
    7m mended s1
    8m fault s1)");
  EXPECT_EQ(world.told(),
            "2m fired Storm{subject=s1}\n2m fired Fault{subject=s1}\n2m fired Both{subject=s1}\n"
            "3m resolved Storm{subject=s1} manual\n3m resolved Fault{subject=s1} manual\n3m "
            "resolved Both{subject=s1} recovered\n"
            "4m fired Storm{subject=s1} since 2m\n8m fired Fault{subject=s1}\n8m fired "
            "Both{subject=s1}\n");
}

// Events of one request have its time where they have none of their own: what stands behind an end
// is news.
TEST(Semantics, WhatFollowsAnEndAtTheSameMomentCounts) {
  World world(R"(
rules:
- {alert: Down, match: linkDown, until: linkUp, by: subject}
- {alert: Many, match: hit, count: 2, within: 10m, until: linkUp, by: subject}
- {alert: Row, sequence: [a, b], within: 10m, until: linkUp, by: subject, resolve_after: 1h}
)");
  world.play("1m linkUp s1\n1m linkDown s1\n1m hit s1\n1m hit s1\n1m a s1\n1m b s1");
  EXPECT_EQ(world.told(),
            "1m fired Down{subject=s1}\n1m fired Many{subject=s1}\n1m fired Row{subject=s1}\n");
  world.play("2m linkUp s1\n2m linkDown s1");
  EXPECT_EQ(world.told(),
            "2m resolved Down{subject=s1} recovered\n2m resolved Many{subject=s1} recovered\n"
            "2m resolved Row{subject=s1} recovered\n2m fired Down{subject=s1}\n");
}

TEST(Clock, StepsOfHoursFireAndResolveNothing) {
  World world(R"(
rules:
- {alert: Lost, match: heartbeat, absent: 5m, by: subject}
- {alert: Storm, match: error, count: 3, within: 10m, by: subject}
- {alert: Fault, match: fault, until: mended, resolve_after: 1h, by: subject}
- {alert: Slow, match: slow, until: fast, for: 5m, by: subject}
)");
  world.play(R"(
    0m heartbeat s1
    0m fault s1
    0m error s1
    1m error s1
    1m slow s1
    2m !step 3h
    3m heartbeat s1 time=3h3m
    3m error s2 time=3h3m
    4m !step -5h
    5m heartbeat s1 time=-2h
    5m error s3 time=-2h
    5m30s !step 2h
    7m error s2
    9m fast s1
    9m heartbeat s1)");
  EXPECT_EQ(world.told(),
            "0s fired Fault{subject=s1}\n6m fired Slow{subject=s1} since 1m\n9m resolved "
            "Slow{subject=s1} recovered\n");
  world.play("59m heartbeat s1\n60m !tick");
  EXPECT_EQ(world.told(),
            "14m fired Lost{subject=s1}\n"
            "59m resolved Lost{subject=s1} recovered\n"
            "1h resolved Fault{subject=s1} timeout\n");
}

// Whatever the host's clock was before: events are as old as the right clock says when they come,
// and people see its times.
TEST(Clock, OnceAheadAndPutRightItChangesNothing) {
  const std::string rules = R"(
rules:
- {alert: Fault, match: fault, until: mended, by: subject, resolve_after: 1h}
- {alert: Storm, match: error, count: 2, within: 10m, by: subject}
- {alert: Steps, sequence: [first, {absent: second}], within: 5m, by: subject, resolve_after: 1h}
- {alert: Slow, match: slow, for: 5m, by: subject, resolve_after: 1h}
- {alert: Held, match: held, until: free, keep_firing_for: 3m, by: subject}
- {alert: Both, match: {alert: Fault}, by: subject, resolve_after: 2h}
)";
  const std::string story = R"(
    1m fault s1 time=0m
    2m mended s1
    3m fault s2
    4m error s1
    5m error s1
    6m slow s1
    7m held s1
    8m free s1
    9m first s1
    10m fault s3 time=-50m
    11m fault s4 time=none
    12m mended s4 time=none
    13m fault s5 time=1h
    14m mended s5 time=none
    3h !tick)";
  World right(rules), once_ahead(rules);
  right.play(story);
  // Two days ahead something without a time of its own fires and ends; then the clock is put right.
  once_ahead.play("1m fault s4 time=none\n2m mended s4 time=none\n48h !step -48h");
  once_ahead.told();
  for (const auto& line : support::lines_of(story)) {
    const auto blank = line.find(' ');
    once_ahead.play(support::shown(support::at(line.substr(0, blank)) + std::chrono::hours(48)) +
                    line.substr(blank));
  }
  const auto told = right.told();
  EXPECT_EQ(once_ahead.told(), told);
  EXPECT_NE(told.find("10m fired Fault{subject=s3}\n"), std::string::npos) << told;
  for (const auto* rule :
       {"Fault{subject=s1}", "Fault{subject=s4}", "Storm", "Steps", "Slow", "Held", "Both"}) {
    EXPECT_NE(told.find(std::string("fired ") + rule), std::string::npos) << rule << "\n" << told;
    EXPECT_NE(told.find(std::string("resolved ") + rule), std::string::npos) << rule << "\n"
                                                                             << told;
  }
}

TEST(Clock, WhatOnlyAWrongClockKnewDoesNotMakeWhatComesLookOld) {
  World world(
      "rules: [{alert: Disk, match: disk, by: subject, resolve_after: 5d, stage: "
      "'{{data.stage}}'}]");
  world.play(
      "30m disk s1 time=none data={\"stage\":\"one\"}\n48h !step -48h\n48h1m disk s1 "
      "data={\"stage\":\"two\"}");
  EXPECT_EQ(world.told(), "30m fired Disk{subject=s1}\n1m stage_changed Disk{subject=s1}\n");
  EXPECT_EQ(world.engine().active_alerts().all().begin()->second.alert.starts_at,
            support::at("0s"));
}

TEST(Restart, AfterTenMinutesDownPagesNobodyWhoIsThere) {
  World world(kHeart, kFleet);
  world.play(R"(
    1m heartbeat s1
    1m heartbeat s2
    1m heartbeat s3
    2m !stop
    12m !start
    13m heartbeat s1
    14m heartbeat s2
    16m30s heartbeat s3)");
  EXPECT_EQ(world.told(), "");
  world.play("17m heartbeat s1\n17m heartbeat s2\n21m heartbeat s1\n21m heartbeat s2\n22m !tick");
  EXPECT_EQ(world.told(), "21m30s fired HeartbeatLost{subject=s3}\n");
}

TEST(Restart, WaitsAnewForEachWhoWasSilentAndKeepsWhatFires) {
  World world(kHeart, kFleet);
  world.play("3m heartbeat s1\n3m heartbeat s2\n5m !tick");
  EXPECT_EQ(world.told(), "5m fired HeartbeatLost{subject=s3}\n");
  world.play("6m !stop\n30m !start\n31m heartbeat s1\n35m !tick");
  EXPECT_EQ(world.told(), "35m fired HeartbeatLost{subject=s2}\n");
}

TEST(Restart, RunsTheOtherTimersOverTheGap) {
  World world(R"(
rules:
- {alert: Storm, match: error, count: 2, within: 10m, by: subject}
- {alert: Fault, match: fault, resolve_after: 30m, by: subject}
- {alert: Slow, match: slow, until: fast, for: 5m, by: subject}
- {alert: Silent, sequence: [reboot, {absent: back}], within: 10m, by: subject, resolve_after: 1h}
)");
  world.play("0m error s1\n1m error s1\n1m fault s1\n1m slow s1\n1m reboot s1\n2m !stop");
  EXPECT_EQ(world.told(), "1m fired Storm{subject=s1}\n1m fired Fault{subject=s1}\n");
  world.play("1h !start");
  EXPECT_EQ(world.told(),
            "6m fired Slow{subject=s1} since 1m\n"
            "13m fired Silent{subject=s1} since 11m\n"
            "20m resolved Storm{subject=s1} drained\n"
            "31m resolved Fault{subject=s1} timeout\n");
}

// One record stands for the whole gap, and an alert's id says more than its record.
TEST(Restart, WhatFiresSeveralTimesWithinTheGapHasAnIdOfItsOwnEachTime) {
  const std::string rules = R"(
rules:
- {alert: Silent, sequence: [reboot, {absent: back}], within: 10m, by: subject, resolve_after: 1h}
- {alert: Any, match: {alert: Silent}, by: {of: alertname}, resolve_after: 5m}
)";
  World world(rules), once(rules);
  world.play("1m reboot s1\n9m reboot s2\n10m !stop\n1h !start");
  EXPECT_EQ(world.told(),
            "13m fired Silent{subject=s1} since 11m\n"
            "13m fired Any{of=Silent} since 11m\n"
            "18m resolved Any{of=Silent} timeout\n"
            "21m fired Silent{subject=s2} since 19m\n"
            "21m fired Any{of=Silent} since 19m\n"
            "26m resolved Any{of=Silent} timeout\n");
  const auto fired = world.fired("Any");
  ASSERT_EQ(fired.size(), 2U);
  EXPECT_NE(fired[0], fired[1]);
  once.play("1m reboot s1\n9m noise s2\n10m !stop\n1h !start");
  EXPECT_EQ(once.fired("Any"), std::vector{fired[0]}) << "and the first is called as ever";
}

// An event that fires an alert, and by what comes of it a worse one of the same rule and key.
TEST(Escalation, WithinOneRecordMakesAnotherAlert) {
  World world(R"(
rules:
- {alert: Minor, match: fault, by: subject, severity: minor, resolve_after: 1h}
- {alert: Worse, match: {alert: Minor}, by: subject, severity: critical, resolve_after: 1h}
- {alert: Any, match: {alert: [Minor, Worse]}, by: subject, severity: "{{severity}}",
   resolve_after: 1h}
- {alert: Often, match: {alert: Any}, count: 2, within: 1h, by: subject}
)");
  world.play("1m fault s1");
  const auto told = world.told();
  EXPECT_NE(told.find("1m resolved Any{subject=s1} escalated\n"), std::string::npos) << told;
  EXPECT_NE(told.find("1m fired Often{subject=s1}\n"), std::string::npos) << told;
  const auto fired = world.fired("Any");
  ASSERT_EQ(fired.size(), 2U);
  EXPECT_NE(fired[0], fired[1]);
}

TEST(Expect, AMemberThatLeavesTheTableEndsAndOneThatJoinsIsWaitedFor) {
  World world(kHeart, kFleet);
  world.play("4m heartbeat s1\n4m heartbeat s2\n6m !tick");
  EXPECT_EQ(world.told(), "5m fired HeartbeatLost{subject=s3}\n");
  world.reload(support::at("7m"), kHeart, {{"fleet.csv", "server\ns1\ns4\n"}});
  EXPECT_EQ(world.told(), "7m resolved HeartbeatLost{subject=s3} rule_changed\n");
  world.play("8m heartbeat s1\n9m heartbeat s2\n12m heartbeat s1\n14m heartbeat s3");
  EXPECT_EQ(world.told(), "12m fired HeartbeatLost{subject=s4}\n");
  EXPECT_EQ(world.engine().counts().not_expected, 2U);
}

TEST(Preview, ForeseesWhichMembersAReloadEnds) {
  World world(kHeart, kFleet);
  world.play("4m heartbeat s1\n6m !tick");
  EXPECT_EQ(world.told(),
            "5m fired HeartbeatLost{subject=s2}\n5m fired HeartbeatLost{subject=s3}\n");
  const auto ends = [&](const std::string& rules, const std::string& table) {
    const auto effect = Preview(generation_of(rules, {{"fleet.csv", table}})->rules())
                            .of(world.engine())
                            .at("HeartbeatLost");
    return std::to_string(effect.ends) + " of " + std::to_string(effect.firing);
  };
  EXPECT_EQ(ends(kHeart, "server\ns1\ns2\ns3\ns4\n"), "0 of 2");
  EXPECT_EQ(ends(kHeart, "server\ns1\ns3\n"), "1 of 2");
  EXPECT_EQ(ends("rules: []", "server\ns1\n"), "2 of 2");
  EXPECT_EQ(world.told(), "");
}

TEST(Inhibition, WhoWasKeptBackIsToldWhenItEnds) {
  World world(R"(
rules:
- {alert: Down, match: down, until: up, by: subject}
- {alert: Link, match: link, until: linkUp, by: [subject, {port: data.port}], inhibited_by: [Down]}
)");
  world.play(R"(
    0m link s1 data={"port":0}
    1m down s1
    2m link s1 data={"port":1}
    2m link s1 data={"port":2}
    3m linkUp s1 data={"port":2}
    4m up s1)");
  EXPECT_EQ(world.told(),
            "0s fired Link{subject=s1,port=0}\n"
            "1m fired Down{subject=s1}\n"
            "2m fired Link{subject=s1,port=1} inhibited_by Down\n"
            "2m fired Link{subject=s1,port=2} inhibited_by Down\n"
            "3m resolved Link{subject=s1,port=2} recovered inhibited_by Down\n"
            "4m resolved Down{subject=s1} recovered\n"
            "4m released Link{subject=s1,port=1}\n");
}

std::string storm(int count, const std::string& by) {
  return "rules: [{alert: Storm, match: error, count: " + std::to_string(count) +
         ", within: 10m, by: " + by + "}]";
}

TEST(Reload, WithAnotherThresholdKeepsWhatWasCounted) {
  World world(storm(4, "subject"));
  world.play("0m error s1\n1m error s1");
  world.reload(support::at("2m"), storm(3, "subject"));
  world.play("3m error s1");
  EXPECT_EQ(world.told(), "3m fired Storm{subject=s1}\n");
  world.reload(support::at("4m"), storm(2, "subject"));
  world.play("5m !tick");
  EXPECT_EQ(world.told(), "");
  world.play("40m !tick");
  EXPECT_EQ(world.told(), "21m resolved Storm{subject=s1} drained\n");
}

TEST(Reload, WithAHigherThresholdLetsTheAlertDrain) {
  World world(storm(2, "subject"));
  world.play("0m error s1\n1m error s1");
  world.reload(support::at("2m"), storm(5, "subject"));
  world.play("3m error s1\n40m !tick");
  EXPECT_EQ(world.told(), "1m fired Storm{subject=s1}\n12m resolved Storm{subject=s1} drained\n");
}

TEST(Reload, WithAnotherKeyResolvesAsRuleChangedAndBeginsAnew) {
  World world(storm(2, "subject"));
  world.play("0m error s1\n1m error s1");
  world.reload(support::at("2m"), storm(2, "type"));
  world.play("3m error s1\n4m error s2\n40m !tick");
  EXPECT_EQ(world.told(),
            "1m fired Storm{subject=s1}\n"
            "2m resolved Storm{subject=s1} rule_changed\n"
            "4m fired Storm{type=error}\n"
            "23m resolved Storm{type=error} drained\n");
}

TEST(Reload, ThatCountsSomethingElseResolvesAsRuleChanged) {
  const auto rules = [](const std::string& what) {
    return "rules: [{alert: Many, match: error, distinct: {data." + what +
           ": 2}, within: 10m, by: subject}]";
  };
  World world(rules("card"));
  world.play("0m error s1 data={\"card\":1}\n1m error s1 data={\"card\":2}");
  world.reload(support::at("2m"), rules("port"));
  EXPECT_EQ(world.told(), "1m fired Many{subject=s1}\n2m resolved Many{subject=s1} rule_changed\n");
}

TEST(Reload, WithStepsOfAnotherKindResolvesAsRuleChanged) {
  const auto rules = [](const std::string& steps) {
    return "rules: [{alert: Chain, sequence: " + steps +
           ", within: 10m, by: subject, resolve_after: 1h}]";
  };
  World world(rules("[a, b, {absent: c}]"));
  world.play("0m a s1\n1m b s1\n12m a s2\n12m b s2\n13m !tick");
  world.reload(support::at("14m"), rules("[a, {absent: c}, b]"));
  world.play("15m a s1\n16m c s1\n30m !tick");
  EXPECT_EQ(world.told(),
            "12m fired Chain{subject=s1} since 10m\n14m resolved Chain{subject=s1} rule_changed\n");
}

TEST(Absence, OfWhomNobodyExpectsIsForgottenWhenItsAlertTimesOut) {
  World world(
      "rules: [{alert: Lost, match: heartbeat, absent: 5m, by: subject, resolve_after: 10m}]");
  world.play("0m heartbeat s1\n20m !tick");
  EXPECT_EQ(world.told(), "5m fired Lost{subject=s1}\n15m resolved Lost{subject=s1} timeout\n");
  EXPECT_EQ(world.engine().correlator().keys(), 0U);
  world.play("21m heartbeat s1\n27m heartbeat s1\n28m !tick");
  EXPECT_EQ(world.told(), "26m fired Lost{subject=s1}\n27m resolved Lost{subject=s1} recovered\n");
  EXPECT_EQ(world.engine().correlator().keys(), 1U);
}

TEST(Reload, OfTheSameRulesChangesNothing) {
  World world(kHeart, kFleet);
  world.play("4m heartbeat s1\n4m heartbeat s2\n6m !tick");
  world.reload(support::at("7m"), kHeart, kFleet);
  world.play("8m heartbeat s1\n9m !tick");
  EXPECT_EQ(world.told(),
            "5m fired HeartbeatLost{subject=s3}\n9m fired HeartbeatLost{subject=s2}\n");
}

// The older recovery took one of the two from the window; that they made the alert is not judged
// anew.
TEST(Reload, OfTheSameRulesDoesNotMoveTheEndOfAnAlert) {
  const auto* rules =
      "rules: [{alert: Storm, match: error, count: 2, within: 10m, until: mended, by: subject}]";
  World world(rules);
  world.play("1m error s1\n3m error s1\n4m mended s1 time=2m");
  world.reload(support::at("5m"), rules);
  world.play("40m !tick");
  EXPECT_EQ(world.told(), "3m fired Storm{subject=s1}\n21m resolved Storm{subject=s1} drained\n");
}

TEST(Recovery, ThatIsOlderThanTheFaultClearsNothing) {
  World world(R"(
rules:
- {alert: Fault, match: fault, until: mended, by: subject}
- {alert: Storm, match: error, count: 2, within: 10m, until: mended, by: subject}
- {alert: Stuck, sequence: [reboot, {absent: back}], within: 5m, until: mended, by: subject, resolve_after: 1h}
)");
  world.play(R"(
    10m fault s1
    10m error s1
    11m error s1
    11m reboot s1
    12m mended s1 time=9m
    19m mended s1 time=10m30s)");
  EXPECT_EQ(world.told(),
            "10m fired Fault{subject=s1}\n"
            "11m fired Storm{subject=s1}\n"
            "18m fired Stuck{subject=s1} since 16m\n"
            "19m resolved Fault{subject=s1} recovered\n");
  world.play("20m mended s1 time=16m30s");
  EXPECT_EQ(world.told(),
            "20m resolved Storm{subject=s1} recovered\n20m resolved Stuck{subject=s1} recovered\n");
}

// Of another sender, whose clock may be off by lateness, or late itself: what came after it counts
// anew.
TEST(Recovery, ThatArrivesLateEndsWhatWasBeforeItAndNotWhatCameAfter) {
  World world(
      "rules: [{alert: Storm, match: error, count: 2, within: 10m, until: mended, by: subject}]");
  world.play("0m error s1\n1m error s1\n3m error s1\n3m30s error s1\n4m mended s1 time=2m");
  EXPECT_EQ(world.told(),
            "1m fired Storm{subject=s1}\n"
            "4m resolved Storm{subject=s1} recovered\n"
            "4m fired Storm{subject=s1} since 3m30s\n");
  world.play("40m !tick");
  EXPECT_EQ(world.told(), "23m resolved Storm{subject=s1} drained\n");
}

TEST(Recovery, OfWhatWasNeverHeardIsNotWaitedFor) {
  World world("rules: [{alert: Lost, match: heartbeat, absent: 5m, until: retired, by: subject}]");
  world.play("0m retired s1\n0m heartbeat s2\n6m retired s2\n20m !tick");
  EXPECT_EQ(world.told(),
            "5m fired Lost{subject=s2}\n6m resolved Lost{subject=s2} recovered\n11m fired "
            "Lost{subject=s2}\n");
  EXPECT_EQ(world.engine().counts().nothing_to_end, 1U);
}

TEST(For, StartsWithTheEarliestOfWhatCameWhileItWaited) {
  World world("rules: [{alert: Slow, match: slow, until: fast, for: 5m, by: subject}]");
  world.play("2m slow s1 time=1m\n2m slow s1 time=30s\n3m slow s1\n10m !tick");
  EXPECT_EQ(world.told(), "7m fired Slow{subject=s1} since 30s\n");
}

TEST(BadInput, AnEventThatWouldBreakARuleIsParkedAndTheOthersTakeIt) {
  World world(R"(
rules:
- {alert: Wide, match: fault, resolve_after: 1h, by: {text: data.text}}
- {alert: Fault, match: fault, resolve_after: 1h, by: subject}
)");
  world.play("0m fault s1 data={\"text\":\"" + std::string(5000, 'x') +
             "\"}\n1m fault s2 data={\"text\":\"y\"}");
  EXPECT_EQ(world.told(),
            "0s fired Fault{subject=s1}\n1m fired Wide{text=y}\n1m fired Fault{subject=s2}\n");
  EXPECT_EQ(world.engine().counts().parked, 1U);
  ASSERT_EQ(world.engine().correlator().parked().size(), 1U);
  EXPECT_EQ(world.engine().correlator().parked()[0].rule, "Wide");
}

TEST(BadInput, OldEarlyAndMissingTimesCountWhereTheyBelong) {
  World world("rules: [{alert: Storm, match: error, count: 3, within: 10m, by: subject}]");
  world.play(R"(
    2h error far time=5h
    2h error far time=9h
    2h1m error far time=none
    2h2m error late time=1m
    2h2m error late time=2m
    2h3m error late time=3m
    2h4m error early time=2h13m
    2h5m error early time=2h14m
    2h6m error early time=2h15m)");
  EXPECT_EQ(world.told(),
            "2h1m fired Storm{subject=far}\n"
            "2h3m fired Storm{subject=late}\n"
            "2h6m fired Storm{subject=early}\n");
  EXPECT_EQ(world.engine().counts().time_replaced, 6U);
}

TEST(BadInput, TimesOfOtherAgesBreakNothing) {
  World world(R"(
rules:
- {alert: Storm, match: error, count: 2, within: 10m, by: subject}
- {alert: Fault, match: fault, until: mended, by: subject, resolve_after: 1h}
- {alert: Both, sequence: [fault, error], within: 10m, by: subject, resolve_after: 1h}
- {alert: Quiet, match: heart, absent: 5m, by: subject}
)");
  world.play(R"(
    1h fault s1 time=8000000h
    1h heart s1 time=8000000h
    1h1m error s1 time=-8000000h
    1h2m mended s1 time=-8000000h
    1h3m error s1 time=8000000h
    1h4m error s1
    1h4m mended s1 time=8000000h
    1h4m heart s1 time=-8000000h
    1h20m !tick)");
  EXPECT_EQ(world.told(),
            "1h fired Fault{subject=s1}\n"
            "1h1m fired Both{subject=s1}\n"
            "1h2m resolved Fault{subject=s1} recovered\n"
            "1h3m fired Storm{subject=s1}\n"
            "1h9m fired Quiet{subject=s1}\n");
  EXPECT_EQ(world.engine().counts().time_replaced, 7U);
}

TEST(MaxKeys, DegradesOneRuleAloneWithItsOwnAlertUntilThereIsRoom) {
  World world(R"(
rules:
- {alert: Storm, match: error, count: 2, within: 10m, by: subject, max_keys: 2}
- {alert: Other, match: error, count: 2, within: 10m, by: subject}
)");
  world.play("0m error s1\n0m error s2\n1m error s3\n2m error s3\n2m error s1");
  EXPECT_EQ(world.told(),
            "1m fired AlarumRuleDegraded{rule=Storm}\n"
            "2m fired Other{subject=s3}\n"
            "2m fired Storm{subject=s1}\n"
            "2m fired Other{subject=s1}\n");
  EXPECT_EQ(world.engine().counts().keys_refused, 2U);
  world.play("40m !tick");
  EXPECT_EQ(world.told(),
            "12m resolved AlarumRuleDegraded{rule=Storm} recovered\n"
            "20m resolved Other{subject=s1} drained\n"
            "20m resolved Storm{subject=s1} drained\n"
            "21m resolved Other{subject=s3} drained\n");
}

// 10,000 keys past the bound: what the other rule tells is, byte for byte, what it tells without
// the neighbour.
TEST(MaxKeys, ThousandsOfKeysPastItChangeNothingForTheOtherRules) {
  constexpr std::size_t kMost = 10'000;
  const std::string other =
      "rules:\n- {alert: Other, match: error, count: 2, within: 10m, by: subject}\n";
  World alone(other),
      beside(other +
             "- {alert: Storm, match: error, count: 2, within: 10m, by: subject, max_keys: " +
             std::to_string(kMost) + "}\n");
  std::string story;
  for (std::size_t key = 0; key < 2 * kMost; ++key)
    story += "0m error s" + std::to_string(key) + '\n';
  for (std::size_t key = 0; key < 2 * kMost; key += 100)
    story += "1m error s" + std::to_string(key) + '\n';
  for (auto* world : {&alone, &beside}) world->play(story + "60m !tick");
  std::string others, degraded;
  std::size_t storms = 0;
  for (const auto& line : support::lines_of(beside.told())) {
    const bool storm = line.find(" Storm{") != std::string::npos;
    storms += storm;
    if (!storm) (line.find(" Other{") != std::string::npos ? others : degraded) += line + '\n';
  }
  EXPECT_EQ(others, alone.told());
  EXPECT_EQ(degraded,
            "0s fired AlarumRuleDegraded{rule=Storm}\n12m resolved AlarumRuleDegraded{rule=Storm} "
            "recovered\n");
  EXPECT_EQ(storms, 2 * kMost / 100);  // of the keys that it took in, each fired and resolved
  EXPECT_EQ(beside.engine().counts().keys_refused, kMost + kMost / 100);
  EXPECT_EQ(beside.engine().correlator().keys(), 0U);
}

TEST(MaxKeys, AMillionKeysInOneRuleLeaveWhatItMayHaveAndTheOthersAlone) {
  World world(R"(
rules:
- {alert: Storm, match: error, count: 2, within: 10m, by: subject, max_keys: 1000}
- {alert: Other, match: calm, count: 2, within: 10m, by: subject}
)");
  constexpr std::uint64_t kStorm = 1'000'000 / support::kSlowdown;
  for (std::uint64_t key = 0; key < kStorm; ++key) {
    const auto id = std::to_string(key), subject = 's' + id;
    model::EventFields fields;
    fields.id = id, fields.source = "test", fields.type = "error", fields.subject = subject,
    fields.time = support::at("1m");
    world.take(support::at("1m"), model::Event(fields));
  }
  EXPECT_EQ(world.told(), "1m fired AlarumRuleDegraded{rule=Storm}\n");
  EXPECT_EQ(world.engine().correlator().keys(), 1'000U);
  EXPECT_EQ(world.engine().counts().keys_refused, kStorm - 1'000);
  world.play("1m calm s1\n2m calm s1\n2m error s1");
  EXPECT_EQ(world.told(), "2m fired Other{subject=s1}\n2m fired Storm{subject=s1}\n");
}

}  // namespace
}  // namespace alarum::engine
