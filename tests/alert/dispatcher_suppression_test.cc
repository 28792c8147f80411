// What keeps alerts back: silences, inhibition, mute times, acknowledgements.
#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

TEST(Dispatcher, ASilencedAlertIsToldWhenTheSilenceEndsWhileItStillFires) {
  Town town;
  town.silence("0s", "S", "n=1", "10m");
  EXPECT_EQ(town.post("1s", "n=1"), "1s a: silenced S\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s a: +2\n");
  EXPECT_EQ(town.until("11m"), "10m a: +1\n");
}

TEST(Dispatcher, ExpiringASilenceByHandTellsAtOnce) {
  Town town;
  town.silence("0s", "S", "n=1", "10m");
  town.post("1s", "n=1");
  EXPECT_EQ(town.step("2s", model::ExpireSilence{"S"}), "2s a: +1\n");
}

TEST(Dispatcher, AnEndWithinASilenceIsNotTold) {
  Town town;
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  EXPECT_EQ(town.silence("1s", "S", "n=1", "10m"), "");
  EXPECT_EQ(town.end("2s", "n=1"), "2s a: silenced end S\n") << "Alertmanager's behaviour";
  EXPECT_EQ(town.until("1h"), "");
}

TEST(Dispatcher, ASilenceUntilResolvedEndsWithTheLastThatItMatches) {
  Town town;
  town.silence("0s", "S", "g=x", "10d", true);
  EXPECT_EQ(town.post("1s", "n=1,g=x"), "1s a: silenced S\n");
  EXPECT_EQ(town.post("2s", "n=2,g=x"), "2s a: silenced S\n");
  EXPECT_EQ(town.end("3s", "n=1,g=x"), "3s a: silenced end S\n");
  EXPECT_EQ(town.end("4s", "n=2,g=x"), "") << "it was never told as firing";
  EXPECT_EQ(town.post("5s", "n=1,g=x"), "5s a: +1\n");
}

TEST(Dispatcher, AnInhibitedAlertIsToldWhenItsSourceEnds) {
  Town town(
      "route: {receiver: a}\ninhibit_rules: [{source_matchers: [n=rack], target_matchers: "
      "[n!=rack], equal: [r]}]");
  EXPECT_EQ(town.post("0s", "n=rack,r=1"), "0s a: +rack\n");
  const auto said = town.post("1s", "n=host,r=1");
  EXPECT_TRUE(said.starts_with("1s a: inhibited ")) << said;
  EXPECT_EQ(town.post("1s", "n=host,r=2"), "1s a: +host\n") << "another rack";
  EXPECT_EQ(town.end("2s", "n=rack,r=1"), "2s a: -rack\n2s a: +host\n");
}

TEST(Dispatcher, AMutedAlertIsToldWhenTheMuteTimeEnds) {
  // The story begins on a Thursday, 2026-01-01T00:00:00Z.
  Town town(
      "route: {receiver: a, routes: [{matchers: [g=x], mute_time_intervals: [night]}]}\n"
      "time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: "
      "'00:05'}]}]}]");
  EXPECT_EQ(town.post("1m", "n=1,g=x"), "1m a: muted night\n");
  EXPECT_EQ(town.post("1m", "n=2,g=y"), "1m a: +2\n");
  EXPECT_EQ(town.until("10m"), "5m a: +1\n");
}

// Engine time is two days ahead: the wall clock was, and is right again.
TEST(Dispatcher, SilencesAndTimeIntervalsAreTheWallClocks) {
  Town town(
      "route: {receiver: a, routes: [{matchers: [g=x], mute_time_intervals: [night]}]}\n"
      "time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: "
      "'00:05'}]}]}]");
  town.ahead = std::chrono::hours(48) + std::chrono::seconds(30);
  EXPECT_EQ(town.post("48h1m", "n=1,g=x"), "2d1m a: muted night\n");
  EXPECT_EQ(town.until("48h10m"), "2d5m30s a: +1\n");
  town.silence("49h", "S", "n=2", "2h");
  EXPECT_EQ(town.post("49h1m", "n=2"), "2d1h1m a: silenced S\n");
  EXPECT_EQ(town.until("51h"), "2d2h30s a: +2\n");
}

TEST(Dispatcher, WhereTheWallClockLeapsSilencesEndAndWhereItGoesBackTheyHoldAgain) {
  Town town;
  town.silence("1h", "S", "n=1", "3h");
  EXPECT_EQ(town.post("1h1m", "n=1"), "1h1m a: silenced S\n");
  town.ahead = -std::chrono::hours(5);
  EXPECT_EQ(town.step("1h2m", model::ClockStep{std::chrono::hours(5)}), "1h1m a: +1\n")
      << "not before what was";
  town.ahead = {};
  town.step("1h3m", model::ClockStep{-std::chrono::hours(5)});
  EXPECT_EQ(town.end("1h4m", "n=1"), "1h4m a: silenced end S\n");
  town.restart();
  town.configure("route: {receiver: a}");
  EXPECT_EQ(town.post("1h5m", "n=1"), "1h5m a: silenced S\n");
  EXPECT_EQ(town.until("4h"), "3h a: +1\n");
}

TEST(Dispatcher, WhereTheWallClockGoesBackBeforeASilenceWhatItKeptBackIsTold) {
  Town town;
  town.silence("1h", "S", "n=1", "3h");
  EXPECT_EQ(town.post("1h1m", "n=1"), "1h1m a: silenced S\n");
  town.ahead = std::chrono::hours(2);
  EXPECT_EQ(town.step("1h2m", model::ClockStep{-std::chrono::hours(2)}), "1h2m a: +1\n");
}

TEST(Dispatcher, OutsideItsActiveTimesARouteIsMuted) {
  Town town(
      "route: {receiver: a, routes: [{matchers: [g=x], active_time_intervals: [noon]}]}\n"
      "time_intervals: [{name: noon, time_intervals: [{location: Asia/Shanghai, times: "
      "[{start_time: '12:00', end_time: '13:00'}]}]}]");
  EXPECT_EQ(town.post("1m", "n=1,g=x"), "1m a: muted noon\n");
  EXPECT_EQ(town.until("4h2m"), "4h a: +1\n");
}

TEST(Dispatcher, AnAcknowledgedAlertIsNotRemindedButItsEndIsTold) {
  Town town;
  town.post("0s", "n=1");
  EXPECT_EQ(town.ack("1m", "n=1"), "1m a: acknowledged kim\n");
  EXPECT_EQ(town.until("1d"), "");
  EXPECT_EQ(town.end("1d", "n=1"), "1d a: -1\n");
  EXPECT_EQ(town.post("1d1m", "n=1"), "1d1m a: +1\n") << "the acknowledgement ended with it";
  EXPECT_EQ(town.until("1d5h"), "1d4h1m a: +1\n");
}

// The acknowledgement is what is recorded of it last, and it waits for the end of the silence all
// the same: nobody was notified of it yet.
TEST(Dispatcher, AnAcknowledgedAlertIsToldOfAsItsSilenceEndsAlsoAfterARestart) {
  const std::string yaml =
      "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 0s, repeat_interval: "
      "10h}";
  for (const std::string way :
       {"stays", "starts again", "starts again under another config", "is configured"}) {
    SCOPED_TRACE(way);
    Town town(yaml);
    town.silence("0s", "S", "n=1", "3h");
    EXPECT_EQ(town.post("1m", "n=2,g=x"), "1m a: +2\n");
    EXPECT_EQ(town.post("1m", "n=1,g=x"), "1m a: silenced S\n");
    EXPECT_EQ(town.ack("2m", "n=1,g=x"), "2m a: acknowledged kim\n");
    if (way.starts_with("starts")) town.restart();
    const bool other = way != "stays" && way != "starts again";  // then it is looked at
    if (other)
      town.configure(yaml);
    else if (way != "stays")
      town.resume(yaml);
    EXPECT_EQ(town.until("2h"), other ? "2m a: silenced S\n" : "");
    EXPECT_EQ(town.until("4h"), "3h a: +2 +1\n");
  }
}

// It looks at itself when it would have done so, and sees what that look would have seen.
TEST(Dispatcher, AGroupThatGoesOnAfterARestartWaitsForWhatItWaitedFor) {
  const std::string yaml =
      "route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 0s, repeat_interval: "
      "10h}";
  std::string steady, restarted;
  for (auto* out : {&steady, &restarted}) {
    Town town(yaml);
    town.silence("0s", "S", "n=1", "5h");
    town.silence("0s", "T", "n=3", "2h");
    *out += town.post("1m", "n=1,g=x") + town.post("1m", "n=2,g=x");
    town.silence("2m", "U", "n=2", "9h", false, "1h");
    if (out == &restarted) town.restart(), town.resume(yaml);
    *out += town.until("3h") + town.until("4h") + town.until("10h");
  }
  EXPECT_EQ(steady, restarted);
}

// With and without ticks of the group's own.
TEST(Dispatcher, RemindersResumeWhenAnAcknowledgementIsOver) {
  for (const std::string more : {"", ", group_by: [n], group_wait: 1s, group_interval: 1m"}) {
    SCOPED_TRACE(more);
    Town town("route: {receiver: a, repeat_interval: 1h" + more + "}");
    const std::string first = more.empty() ? "0s a: +1\n" : "1s a: +1\n";
    std::string told = town.post("0s", "n=1");
    EXPECT_EQ(told += town.until("1m"), first);
    EXPECT_EQ(town.ack("10m", "n=1", std::chrono::hours(4)), "10m a: acknowledged kim\n");
    town.restart();
    town.configure("route: {receiver: a, repeat_interval: 1h" + more + "}");
    EXPECT_EQ(town.until("4h9m59s"), "");
    EXPECT_EQ(town.until("4h12m"), more.empty() ? "4h10m a: +1\n" : "4h10m1s a: +1\n")
        << "one that is due comes at once";
    EXPECT_EQ(town.until("5h12m"), more.empty() ? "5h10m a: +1\n" : "5h10m1s a: +1\n");
    EXPECT_EQ(town.ack("5h20m", "n=1"), "5h20m a: acknowledged kim\n");
    EXPECT_EQ(town.until("9h"), "");
    told = town.step("9h", model::Unacknowledge{town.id_of("n=1"), "joe", "no"});
    EXPECT_EQ(told += town.until("9h2m"), more.empty() ? "9h a: +1\n" : "9h1s a: +1\n")
        << "taken back";
  }
}

TEST(Dispatcher, ASecondAcknowledgementTakesThePlaceOfTheFirstAndOfItsEnd) {
  Town town("route: {receiver: a, repeat_interval: 1h}");
  town.post("0s", "n=1");
  town.ack("1m", "n=1", std::chrono::hours(2));
  town.ack("2m", "n=1", {}, "joe");
  EXPECT_EQ(town.until("1d"), "");
  EXPECT_EQ(town.active_alerts().all().begin()->second.alert.acknowledged->by, "joe");
}

// Up to version 3 they were routing's, and stood at the end of its state.
TEST(Dispatcher, AcknowledgementsOfAnOlderCheckpointBecomeTheEngines) {
  ActiveAlerts active_alerts;
  std::vector<model::Change> changes;
  active_alerts.post({{{"n", "1"}}, {}, support::at("0s"), support::at("9h"), ""},
                     support::at("0s"), 1, changes);
  const auto id = changes.front().alert.id;
  ByteWriter out;
  out.number(3), out.number(5), out.number(6), out.number(0), out.number(0), out.number(1);
  out.text(id), out.text("kim"), out.text("on it");
  Dispatcher groups(active_alerts,
                    [](const model::Alert&) -> const std::vector<std::string>* { return nullptr; });
  ASSERT_TRUE(groups.restore(out.take()));
  active_alerts.adopt(groups.take_old_acknowledgements());
  const auto& ack = active_alerts.all().begin()->second.alert.acknowledged;
  ASSERT_TRUE(ack);
  EXPECT_EQ(std::tuple(ack->by, ack->comment, ack->until),
            std::tuple("kim", "on it", std::nullopt));
}

TEST(Dispatcher, WhoeverAsksIsNotifiedOfAcknowledgementsAndOfTheirEnd) {
  Town town;
  town.targets.front().notify_ack = true;
  town.configure(
      "route: {receiver: a, repeat_interval: 1h, routes: [{receiver: a, continue: true}, "
      "{receiver: b}]}");
  town.silence("0s", "s1", "n=2", "1m");
  town.post("0s", "n=1"), town.post("0s", "n=2");
  EXPECT_EQ(town.ack("1s", "n=1"), "1s a: ack1\n1s a: acknowledged kim\n1s b: acknowledged kim\n");
  EXPECT_EQ(town.ack("2s", "n=2"), "2s a: acknowledged kim\n2s b: acknowledged kim\n")
      << "nobody was notified that it fires";
  EXPECT_EQ(town.step("3s", model::Unacknowledge{town.id_of("n=1"), "joe", ""}), "3s a: unack1\n");
  EXPECT_EQ(town.step("4s", model::Unacknowledge{town.id_of("n=1"), "joe", ""}), "")
      << "there is nothing to take back";
}

// Of whom nothing can be sent, that is said for each transition; what is released says it as it
// fired.
TEST(Dispatcher, AReceiverWithoutIntegrationsIsSaid) {
  Town town;
  town.every_reason = true;
  town.targets.erase(town.targets.begin());  // of the receiver `a`
  town.configure("route: {receiver: a, routes: [{matchers: [g=x], receiver: b}]}");
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: no_integration\n");
  EXPECT_EQ(town.owes, 0u);
  EXPECT_EQ(town.post("0s", "n=2,g=x"), "0s b: +2\n");
  EXPECT_EQ(
      town.groups().status(town.active_alerts().all().begin()->second.alert, {}).no_integration,
      std::vector<std::string>{"a"});
  EXPECT_EQ(town.end("1s", "n=1"), "1s a: no_integration end\n");
  EXPECT_EQ(town.post("2s", "n=1"), "2s a: no_integration\n");
  town.targets.insert(town.targets.begin(), {"a/w/0", "a", true});
  town.configure("route: {receiver: a, routes: [{matchers: [g=x], receiver: b}]}");
  EXPECT_EQ(town.until("5m"), "2s a: +1\n") << "it has one now";
}

}  // namespace
}  // namespace alarum::alert
