#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

TEST(Dispatcher, ByDefaultEveryAlertIsToldByItselfAtOnceAndAgainAfterFourHours) {
  Town town;
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s a: +2\n");
  EXPECT_EQ(town.post("2s", "n=1"), "") << "posted again: no news";
  EXPECT_EQ(town.until("4h"), "4h a: +1\n");
  EXPECT_EQ(town.end("4h", "n=1"), "4h a: -1\n");
  EXPECT_EQ(town.until("9h"), "4h1s a: +2\n8h1s a: +2\n");
}

TEST(Dispatcher, AGroupWaitsThenTellsThenTicks) {
  Town town(kGrouped);
  EXPECT_EQ(town.post("0s", "n=1,g=x"), "");
  EXPECT_EQ(town.post("10s", "n=2,g=x"), "");
  EXPECT_EQ(town.post("10s", "n=3,g=y"), "");
  EXPECT_EQ(town.until("1m"), "30s a: +1 +2\n40s a: +3\n");
  EXPECT_EQ(town.post("2m", "n=4,g=x"), "");
  EXPECT_EQ(town.end("3m", "n=1,g=x"), "");
  EXPECT_EQ(town.until("10m"), "5m30s a: -1 +2 +4\n");
}

TEST(Dispatcher, WhatComesToAnEmptyGroupWaitsForItsLastTickOverARestartToo) {
  for (const bool restarts : {false, true}) {
    Town town(kGrouped);
    town.post("0s", "n=1,g=x");
    town.end("1m", "n=1,g=x");
    EXPECT_EQ(town.until("6m"), "5m30s a: -1\n");
    if (restarts) town.restart(), town.configure(kGrouped);
    EXPECT_EQ(town.post("7m", "n=2,g=x"), "");
    EXPECT_EQ(town.groups().labels_of(*town.groups().find(town.groups().names().front())),
              labels_of("g=x"));
    EXPECT_EQ(town.until("20m"), "10m30s a: +2\n") << restarts;
  }
}

TEST(Dispatcher, RemindsAfterTheRepeatInterval) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  EXPECT_EQ(town.until("2h"), "30s a: +1\n1h30s a: +1\n");
}

TEST(Dispatcher, AfterAnOutageEachAlertIsRemindedOfOnce) {
  Town alone;
  for (int n = 10; n < 30; ++n) alone.post("1s", "n=" + std::to_string(n));
  const auto told = alone.step("3d2h", model::Tick{});
  EXPECT_EQ(std::ranges::count(told, '\n'), 20) << told;
  EXPECT_EQ(told.substr(0, told.find('\n')), "3d1s a: +10");
  EXPECT_EQ(alone.step("3d3h", model::Tick{}), "") << "the next is due at its time";
  EXPECT_EQ(std::ranges::count(alone.until("3d5h"), '\n'), 20);
  Town grouped(kGrouped);
  for (int n = 10; n < 30; ++n) grouped.post("0s", "n=" + std::to_string(n) + ",g=x");
  EXPECT_EQ(std::ranges::count(grouped.until("1m"), '\n'), 1);
  EXPECT_EQ(std::ranges::count(grouped.step("3d", model::Tick{}), '\n'), 1);
}

TEST(Dispatcher, AnOutageWithSomethingSuppressedRemindsOnceToo) {
  for (const auto* routes : {"route: {receiver: a, repeat_interval: 1h}", kGrouped}) {
    Town town(routes);
    town.post("0s", "n=1,g=x");
    town.until("1m");
    town.silence("1m", "S", "n=2", "1d");
    town.post("2m", "n=2,g=x");
    town.until("30m");
    const auto told = town.step("3d", model::Tick{});
    EXPECT_NE(told.find("+2"), std::string::npos) << "the silence ended meanwhile: " << told;
    EXPECT_LE(std::ranges::count(told, '\n'), 3) << told;
  }
}

TEST(Dispatcher, WhatEndsDuringAnOutageIsToldAtTheTickAfterIt) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  const Posted soon{labels_of("n=2,g=x"), {}, support::at("0s"), support::at("5h2m"), ""};
  town.step("0s", model::Tick{}, &soon);
  town.until("1m");
  EXPECT_EQ(town.step("3h", model::Tick{}), "2h55m30s a: +1 +2\n");
  EXPECT_EQ(town.step("3d", model::Tick{}), "5h5m30s a: +1 -2\n2d23h55m30s a: +1\n");
}

// Each tick looked at every alert of the group: a replay of an hour took as long as half an hour.
TEST(Dispatcher, ALargeGroupWithNothingNewCostsNextToNothing) {
  Town town(
      "route: {receiver: a, group_by: [g], group_wait: 1s, group_interval: 1s, repeat_interval: "
      "4h}");
  for (int i = 0; i < 3'000; ++i) town.post("0s", "g=x,n=" + std::to_string(i));
  EXPECT_FALSE(town.until("1s").empty());
  EXPECT_EQ(town.until("3h"), "");  // 10,799 ticks
  EXPECT_FALSE(town.until("4h2s").empty()) << "the reminder";
}

TEST(Dispatcher, AQuietGroupStillHearsOfWhatSuppressesItsAlerts) {
  const auto tick =
      "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 1m, repeat_interval: "
      "1h}\n"
      "inhibit_rules: [{source_matchers: [n=\"9\"], target_matchers: [g=\"x\"], equal: []}]";
  Town town(tick);
  EXPECT_EQ(town.post("0s", "n=1,g=x"), "0s a: +1\n");
  EXPECT_EQ(town.until("10m"), "");
  const auto silenced = town.silence("10m", "S", "n=1", "2h");
  EXPECT_EQ(silenced + town.until("90m"), "11m a: silenced S\n")
      << "at the next tick, and no reminder after an hour";
  EXPECT_EQ(town.until("2h30m"), "2h a: +1\n");
  const auto inhibited = town.post("2h30m", "n=9,g=y");
  const auto later = town.until("4h");
  EXPECT_EQ((inhibited + later).find("+1"), std::string::npos) << inhibited << later;
  town.end("4h", "n=9,g=y");
  EXPECT_NE(town.until("4h2m").find("+1"), std::string::npos);
}

TEST(Dispatcher, WhatEndsWithinTheWaitIsNotTold) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  town.end("10s", "n=1,g=x");
  EXPECT_EQ(town.until("1h"), "");
}

TEST(Dispatcher, WhatFiresAnewIsToldAsFiringOnly) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  EXPECT_EQ(town.until("1m"), "30s a: +1\n");
  town.end("2m", "n=1,g=x");
  town.post("3m", "n=1,g=x");
  EXPECT_EQ(town.until("10m"), "5m30s a: +1\n");
}

TEST(Dispatcher, WhoWantsNoEndsIsToldNone) {
  Town town("route: {receiver: c, group_by: [g], group_wait: 0s, group_interval: 1m}");
  EXPECT_EQ(town.post("0s", "n=1,g=x"), "0s c: +1\n");
  town.end("10s", "n=1,g=x");
  EXPECT_EQ(town.until("10m"), "");
  EXPECT_EQ(town.post("11m", "n=1,g=x"), "11m c: +1\n")
      << "the end is known though it was not told";
}

TEST(Dispatcher, RoutesAreTakenTopDownAndContinueGoesOn) {
  Town town(
      "route: {receiver: a, routes: [{receiver: b, matchers: ['n=~\"1|2\"'], continue: true}, "
      "{receiver: c, match: {n: 2}}, {match: {n: 1}}]}");
  EXPECT_EQ(town.post("0s", "n=1"), "0s b: +1\n0s a: +1\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s b: +2\n1s c: +2\n");
  EXPECT_EQ(town.post("2s", "n=3"), "2s a: +3\n");
}

TEST(Dispatcher, ABuiltInAlertGoesToTheReceiverOfItsKindAlone) {
  Town town("route: {receiver: a, routes: [{receiver: b, matchers: [severity=critical]}]}");
  EXPECT_EQ(town.post("0s", "alertname=AlarumTargetFailing,severity=critical"),
            "0s a: +AlarumTargetFailing\n")
      << "the root's";
  EXPECT_EQ(town.post("1s", "alertname=AlarumTargetFailing,severity=critical,instance=x"),
            "1s b: +AlarumTargetFailing\n")
      << "somebody else's";
  town.self_monitoring = "c";
  town.configure("route: {receiver: a, routes: [{receiver: b, matchers: [severity=critical]}]}");
  EXPECT_EQ(town.post("1m", "alertname=AlarumClockWentBack,severity=warning"),
            "1s c: +AlarumTargetFailing\n1m c: +AlarumClockWentBack\n1m a: +AlarumClockWentBack\n")
      << "whoever has one that fires keeps them";
}

// Targets of c are not told of ends, so b is the other.
TEST(Dispatcher, WhoWasNotifiedOfABuiltInAlertIsNotifiedOfItsEndWhoeverIsChosenThen) {
  const std::string own = "alertname=AlarumTargetFailing,severity=critical";
  for (const bool restarts : {true, false}) {
    Town town;
    EXPECT_EQ(town.post("0s", own), "0s a: +AlarumTargetFailing\n");
    town.groups().set_own_receivers({"a", "b", "nobody"}, support::at("1m"));
    EXPECT_EQ(town.until("1m"), "1m b: +AlarumTargetFailing\n");
    town.groups().set_own_receivers({"a"}, support::at("2m"));
    EXPECT_EQ(town.groups().own_receivers(), (std::vector<std::string>{"a", "b"})) << "b has it";
    if (restarts) {
      town.restart();
      town.configure("route: {receiver: a}");
    }
    EXPECT_EQ(town.end("3m", own), "3m a: -AlarumTargetFailing\n3m b: -AlarumTargetFailing\n");
    EXPECT_EQ(town.groups().own_receivers(), std::vector<std::string>{"a"});
    EXPECT_EQ(town.post("4m", "alertname=AlarumClockWentBack,severity=warning"),
              "4m a: +AlarumClockWentBack\n");
  }
}

TEST(Dispatcher, ARestartRemembersWhoWasTold) {
  for (const auto* config : {"route: {receiver: a}", kGrouped}) {
    Town town(config), other(config);
    for (auto* one : {&town, &other}) {
      one->silence("0s", "S", "n=3", "2h");
      one->post("0s", "n=1,g=x"), one->post("1s", "n=3,g=x"), one->until("1m"),
          one->post("2m", "n=2,g=x"), one->end("3m", "n=1,g=x");
    }
    town.restart();
    town.configure(config);
    EXPECT_EQ(town.until("10h"), other.until("10h"));
  }
}

// Found by alarum-sim (seed 7286): of an end that waited in two groups nobody was notified after a
// reload.
TEST(Dispatcher, AReloadForgetsNoEndThatWaitsInSeveralGroups) {
  const auto* const both =
      "route: {receiver: a, group_by: [g], group_wait: 30s, group_interval: 5m, routes: "
      "[{receiver: a, continue: true}, {receiver: b}]}";
  Town town(both);
  town.post("0s", "alertname=X,g=1");
  EXPECT_EQ(town.until("30s"), "30s a: +X\n30s b: +X\n");
  town.end("1m", "alertname=X,g=1");
  town.configure(both);
  EXPECT_EQ(town.until("10m"), "5m30s a: -X\n5m30s b: -X\n");
}

TEST(Dispatcher, AReloadTellsANewReceiverAndNotTheOldOneAgain) {
  Town town;
  town.post("0s", "n=1");
  town.configure("route: {receiver: a}");
  EXPECT_EQ(town.until("1m"), "");
  town.configure("route: {receiver: b}");
  EXPECT_EQ(town.until("2m"), "1m b: +1\n");
}

// Each transition is told to each target, or it says why not (Suppressed): nothing is owed when the
// waits are over.
TEST(Dispatcher, SayOfEachTransitionThatATargetIsNotToldWhy) {
  Town town("route: {receiver: a, routes: [{matchers: [n=2], receiver: c}]}");
  town.every_reason = true;
  town.post("0s", "n=2");
  EXPECT_EQ(town.end("1m", "n=2"), "1m c/w/0: filtered end\n");
  town.targets[0].resolve_on = {model::EndReason::timeout};
  town.configure("route: {receiver: a}");
  town.post("2m", "n=1");
  EXPECT_EQ(town.end("3m", "n=1"), "3m a/w/0: filtered end\n");
  town.silence("4m", "s", "n=3", "10m");
  EXPECT_EQ(town.post("5m", "n=3"), "5m a: silenced s\n");
  EXPECT_EQ(town.end("6m", "n=3"), "6m a: silenced end s\n");
  town.silence("7m", "t", "n=4", "8m");
  town.post("7m", "n=4");
  EXPECT_EQ(town.until("9m"), "8m a: +4\n");
  EXPECT_FALSE(town.groups().owed_from());
}

TEST(Dispatcher, OweEachTargetOfEachGroupThatAnAlertComesTo) {
  Town town(
      "route: {receiver: a, routes: [{matchers: [n=2], receiver: a, continue: true}, {matchers: "
      "[n=2], receiver: b}]}");
  town.post("0s", "n=1");
  EXPECT_EQ(town.owes, 1U);
  EXPECT_EQ(town.post("1s", "n=2"), "1s a: +2\n1s b: +2\n");
  EXPECT_EQ(town.owes, 2U);
  town.post("2s", "n=2");
  EXPECT_EQ(town.owes, 0U) << "nothing changed";
}

TEST(Dispatcher, SayOfWhatEndsBeforeItWasToldThatNobodyKnewIt) {
  Town town(kGrouped);
  town.every_reason = true;
  town.post("0s", "n=1,g=x");
  EXPECT_TRUE(town.groups().owed_from());
  town.end("10s", "n=1,g=x");
  EXPECT_EQ(town.until("1m"), "30s a/w/0: never_notified end\n");
  town.post("2m", "n=2,g=x");
  town.until("7m");
  town.end("8m", "n=2,g=x");
  town.post("9m", "n=2,g=x");
  EXPECT_EQ(town.until("15m"), "10m30s a: +2\n10m30s a: refired end\n");
  EXPECT_FALSE(town.groups().owed_from());
}

TEST(Dispatcher, SayOfWhatAnotherConfigComesBeforeThatItsConfigChanged) {
  Town town(kGrouped);
  town.every_reason = true;
  town.post("0s", "n=1,g=x");
  town.restart();
  town.configure("route: {receiver: b}");
  EXPECT_EQ(town.until("1m"), "0s b: +1\n0s a: config_changed\n")
      << "told there, where it is a news";
  town.configure(kGrouped);
  town.post("2m", "n=2,g=y");
  town.targets.push_back({"a/w/1", "a", true});
  town.configure(kGrouped);
  EXPECT_EQ(town.until("2m10s").substr(0, 23), "2m10s a: config_changed");
  EXPECT_TRUE(town.groups().owed_from()) << "it is told to those that are there now";
  town.until("10m");
  EXPECT_FALSE(town.groups().owed_from());
}

TEST(Dispatcher, ATargetThatAReloadTakesOutAndTheNextPutsBackIsNotifiedOfTheEnd) {
  for (const auto* routes : {"route: {receiver: a}", kGrouped}) {
    Town town(routes);
    const auto all = town.targets;
    town.post("0s", "n=1,g=x");
    town.until("1m");
    town.targets.erase(town.targets.begin());
    town.configure(routes);
    town.restart();
    town.configure(routes);
    EXPECT_EQ(town.until("6m"), "");
    town.targets = all;
    town.configure(routes);
    EXPECT_EQ(town.until("12m"), "") << "it knows";
    const auto ended = town.end("12m", "n=1,g=x");
    EXPECT_NE((ended + town.until("20m")).find("a: -1"), std::string::npos) << routes;
  }
}

TEST(Dispatcher, ATargetThatAReloadOrARestartAddsIsNotifiedOfWhatFiresBeforeTheNextReminder) {
  for (const bool restarts : {false, true}) {
    for (const auto* routes : {"route: {receiver: a}", kGrouped}) {
      Town town(routes);
      town.post("0s", "n=1,g=x");
      town.until("1m");
      town.targets.push_back({"d/w/1", "a", true});
      if (restarts) town.restart();
      town.configure(routes);
      const auto notified = town.until("12m");
      EXPECT_NE(notified.find(" d: +1\n"), std::string::npos) << routes;
      EXPECT_EQ(notified.find(" a: "), std::string::npos) << notified;
    }
  }
}

TEST(Dispatcher, AgreeWithTheRecordOfWhoWasNotified) {
  for (const auto* routes : {"route: {receiver: a}",
                             "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: "
                             "1m, repeat_interval: 4h}"}) {
    Town town(routes);
    town.post("0s", "n=1,g=x");
    town.silence("1m", "S", "n=2", "30m");
    town.post("2m", "n=2,g=x");
    town.until("5m");
    Dispatcher::Recorded recorded{{town.id_of("n=1,g=x"), {}}};
    town.groups().agree(recorded, {"b/w/0"});
    EXPECT_EQ(town.until("10m"), "") << "another target";
    EXPECT_EQ(town.groups().owed_from(), std::nullopt);
    town.groups().agree(recorded, {"a/w/0"});
    EXPECT_EQ(town.groups().owed_from(), 1U);
    EXPECT_EQ(town.until("12m").substr(4), "a: +1\n") << "nobody was notified of it";
    EXPECT_EQ(town.groups().owed_from(), std::nullopt);
    for (const auto& name : town.groups().names())
      recorded[town.id_of("n=2,g=x")].push_back({"a/w/0", name.key, {}});
    recorded[town.id_of("n=1,g=x")] = recorded[town.id_of("n=2,g=x")];
    town.groups().agree(recorded, {"a/w/0"});
    town.until("20m");
    EXPECT_EQ(town.until("31m"), "") << "the silence is over; it knows of it";
  }
}

// Acknowledged before anybody was notified: it was silenced then.
TEST(Dispatcher, WhoNeverHeardOfAnAcknowledgedAlertIsNotifiedOfItAfterAReplay) {
  for (const auto* routes : {"route: {receiver: a}",
                             "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: "
                             "1m, repeat_interval: 4h}"}) {
    for (const bool in_another_group : {false, true}) {
      Town town(routes);
      town.post("0s", "n=1,g=x");
      town.ack("1m", "n=1,g=x");
      town.until("5m");
      Dispatcher::Recorded recorded{{town.id_of("n=1,g=x"), {}}};
      if (in_another_group) recorded.begin()->second.push_back({"a/w/0", "another", {}});
      town.groups().agree(recorded, {"a/w/0"});
      const auto notified = town.until("7m");
      if (in_another_group)
        EXPECT_EQ(notified, "") << "it knows, and somebody cares";
      else
        EXPECT_NE(notified.find("a: +1\n"), std::string::npos) << routes << ": " << notified;
    }
  }
}

TEST(Dispatcher, TheIdOfATellingIsItsOwn) {
  Routed one{"t", {"a", "k", {}, {}}, Time(Duration(1))}, other = one;
  other.at = Time(Duration(2));
  EXPECT_EQ(notification_id(one), notification_id(one));
  EXPECT_NE(notification_id(one), notification_id(other)) << "a reminder is another";
}

TEST(Dispatcher, AnInhibitRuleThatIsGoneKeepsNobodyBack) {
  Town town("route: {receiver: a}\ninhibit_rules: [{source_match: {s: 1}, target_match: {t: 1}}]");
  town.post("0s", "s=1,n=1");
  town.post("1s", "t=1,n=2");
  town.configure("route: {receiver: a}");
  EXPECT_EQ(town.until("2s"), "1s a: +2\n");
}

TEST(Dispatcher, WhatItsRuleKeptBackAfterItWasToldIsRemindedOfAgain) {
  Town town;
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  town.inhibit("n=1", "n=2");
  town.post("1h", "n=2");
  EXPECT_EQ(town.until("5h").find("+1"), std::string::npos);
  town.end("6h", "n=2");
  EXPECT_NE(town.until("11h").find("+1"), std::string::npos);
}

constexpr auto kAtOnce =
    "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 5m, repeat_interval: 1h}";

TEST(Dispatcher, WhatWaitsForARollUpAndIsReleasedWaitsForNothingElse) {
  Town town(kAtOnce);
  town.every_reason = true;
  town.hold("n=x,g=1", {{}, {"Rack"}});
  EXPECT_EQ(town.post("0s", "n=x,g=1"), "0s a: waiting Rack\n");
  town.hold("n=x,g=1", {});
  EXPECT_EQ(town.until("20s"), "20s a: +x\n");
  // `group_wait` counts from its firing.
  Town slow(kGrouped);
  slow.hold("n=x,g=1", {{}, {"Rack"}});
  EXPECT_EQ(slow.post("0s", "n=x,g=1"), "");
  slow.hold("n=x,g=1", {});
  EXPECT_EQ(slow.until("29s"), "");
  EXPECT_EQ(slow.until("30s"), "30s a: +x\n");
}

TEST(Dispatcher, WhatEndsWhileARollUpHasItIsNeverNotified) {
  Town town(kAtOnce);
  town.every_reason = true;
  town.hold("n=x,g=1", {{"Rack"}, {}});
  EXPECT_EQ(town.post("0s", "n=x,g=1"), "0s a: absorbed Rack\n");
  EXPECT_EQ(town.end("1m", "n=x,g=1"), "1m a: absorbed end Rack\n");
  EXPECT_EQ(town.until("1h"), "");
}

TEST(Dispatcher, WhatWasNotifiedBeforeARollUpTookItIsNotRemindedOfAndItsEndIsNotified) {
  Town town(kAtOnce);
  EXPECT_EQ(town.post("0s", "n=x,g=1"), "0s a: +x\n");
  town.hold("n=x,g=1", {{"Rack"}, {}});
  EXPECT_EQ(town.until("3h1m"), "");
  town.post("3h2m", "n=y,g=1");
  EXPECT_EQ(town.until("3h8m"), "3h5m a: +y\n");
  town.restart();
  town.configure(kAtOnce);
  town.end("3h9m", "n=y,g=1");
  EXPECT_EQ(town.until("3h19m"), "3h10m a: -y\n");
  town.end("3h19m30s", "n=x,g=1");
  EXPECT_EQ(town.until("3h59m"), "3h20m a: -x\n");
}

}  // namespace
}  // namespace alarum::alert
