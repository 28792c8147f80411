#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

constexpr auto kGrouped = "route: {receiver: a, group_by: [g], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}";

TEST(Groups, ByDefaultEveryAlertIsToldByItselfAtOnceAndAgainAfterFourHours) {
  Town town;
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s a: +2\n");
  EXPECT_EQ(town.post("2s", "n=1"), "") << "posted again: no news";
  EXPECT_EQ(town.until("4h"), "4h a: +1\n");
  EXPECT_EQ(town.end("4h", "n=1"), "4h a: -1\n");
  EXPECT_EQ(town.until("9h"), "4h1s a: +2\n8h1s a: +2\n");
}

TEST(Groups, AGroupWaitsThenTellsThenTicks) {
  Town town(kGrouped);
  EXPECT_EQ(town.post("0s", "n=1,g=x"), "");
  EXPECT_EQ(town.post("10s", "n=2,g=x"), "");
  EXPECT_EQ(town.post("10s", "n=3,g=y"), "");
  EXPECT_EQ(town.until("1m"), "30s a: +1 +2\n40s a: +3\n");
  EXPECT_EQ(town.post("2m", "n=4,g=x"), "");
  EXPECT_EQ(town.end("3m", "n=1,g=x"), "");
  EXPECT_EQ(town.until("10m"), "5m30s a: -1 +2 +4\n");
}

TEST(Groups, RemindsAfterTheRepeatInterval) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  EXPECT_EQ(town.until("2h"), "30s a: +1\n1h30s a: +1\n");
}

TEST(Groups, WhatEndsWithinTheWaitIsNotTold) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  town.end("10s", "n=1,g=x");
  EXPECT_EQ(town.until("1h"), "");
}

TEST(Groups, WhatFiresAnewIsToldAsFiringOnly) {
  Town town(kGrouped);
  town.post("0s", "n=1,g=x");
  EXPECT_EQ(town.until("1m"), "30s a: +1\n");
  town.end("2m", "n=1,g=x");
  town.post("3m", "n=1,g=x");
  EXPECT_EQ(town.until("10m"), "5m30s a: +1\n");
}

TEST(Groups, WhoWantsNoEndsIsToldNone) {
  Town town("route: {receiver: c, group_by: [g], group_wait: 0s, group_interval: 1m}");
  EXPECT_EQ(town.post("0s", "n=1,g=x"), "0s c: +1\n");
  town.end("10s", "n=1,g=x");
  EXPECT_EQ(town.until("10m"), "");
  EXPECT_EQ(town.post("11m", "n=1,g=x"), "11m c: +1\n") << "the end is known though it was not told";
}

TEST(Groups, RoutesAreTakenTopDownAndContinueGoesOn) {
  Town town("route: {receiver: a, routes: [{receiver: b, matchers: ['n=~\"1|2\"'], continue: true}, {receiver: c, match: {n: 2}}, {match: {n: 1}}]}");
  EXPECT_EQ(town.post("0s", "n=1"), "0s b: +1\n0s a: +1\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s b: +2\n1s c: +2\n");
  EXPECT_EQ(town.post("2s", "n=3"), "2s a: +3\n");
}

TEST(Groups, ASilencedAlertIsToldWhenTheSilenceEndsWhileItStillFires) {
  Town town;
  town.silence("0s", "S", "n=1", "10m");
  EXPECT_EQ(town.post("1s", "n=1"), "1s a: silenced S\n");
  EXPECT_EQ(town.post("1s", "n=2"), "1s a: +2\n");
  EXPECT_EQ(town.until("11m"), "10m a: +1\n");
}

TEST(Groups, ExpiringASilenceByHandTellsAtOnce) {
  Town town;
  town.silence("0s", "S", "n=1", "10m");
  town.post("1s", "n=1");
  EXPECT_EQ(town.step("2s", model::ExpireSilence{"S"}), "2s a: +1\n");
}

TEST(Groups, AnEndWithinASilenceIsNotTold) {
  Town town;
  EXPECT_EQ(town.post("0s", "n=1"), "0s a: +1\n");
  EXPECT_EQ(town.silence("1s", "S", "n=1", "10m"), "");
  EXPECT_EQ(town.end("2s", "n=1"), "2s a: silenced end S\n") << "Alertmanager's behaviour";
  EXPECT_EQ(town.until("1h"), "");
}

TEST(Groups, ASilenceUntilResolvedEndsWithTheLastThatItMatches) {
  Town town;
  town.silence("0s", "S", "g=x", "10d", true);
  EXPECT_EQ(town.post("1s", "n=1,g=x"), "1s a: silenced S\n");
  EXPECT_EQ(town.post("2s", "n=2,g=x"), "2s a: silenced S\n");
  EXPECT_EQ(town.end("3s", "n=1,g=x"), "3s a: silenced end S\n");
  EXPECT_EQ(town.end("4s", "n=2,g=x"), "") << "it was never told as firing";
  EXPECT_EQ(town.post("5s", "n=1,g=x"), "5s a: +1\n");
}

TEST(Groups, AnInhibitedAlertIsToldWhenItsSourceEnds) {
  Town town("route: {receiver: a}\ninhibit_rules: [{source_matchers: [n=rack], target_matchers: [n!=rack], equal: [r]}]");
  EXPECT_EQ(town.post("0s", "n=rack,r=1"), "0s a: +rack\n");
  const auto said = town.post("1s", "n=host,r=1");
  EXPECT_TRUE(said.starts_with("1s a: inhibited ")) << said;
  EXPECT_EQ(town.post("1s", "n=host,r=2"), "1s a: +host\n") << "another rack";
  EXPECT_EQ(town.end("2s", "n=rack,r=1"), "2s a: -rack\n2s a: +host\n");
}

TEST(Groups, AMutedAlertIsToldWhenTheMuteTimeEnds) {
  // The story begins on a Thursday, 2026-01-01T00:00:00Z.
  Town town("route: {receiver: a, routes: [{matchers: [g=x], mute_time_intervals: [night]}]}\n"
            "time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '00:05'}]}]}]");
  EXPECT_EQ(town.post("1m", "n=1,g=x"), "1m a: muted night\n");
  EXPECT_EQ(town.post("1m", "n=2,g=y"), "1m a: +2\n");
  EXPECT_EQ(town.until("10m"), "5m a: +1\n");
}

TEST(Groups, OutsideItsActiveTimesARouteIsMuted) {
  Town town("route: {receiver: a, routes: [{matchers: [g=x], active_time_intervals: [noon]}]}\n"
            "time_intervals: [{name: noon, time_intervals: [{location: Asia/Shanghai, times: [{start_time: '12:00', end_time: '13:00'}]}]}]");
  EXPECT_EQ(town.post("1m", "n=1,g=x"), "1m a: muted noon\n");
  EXPECT_EQ(town.until("4h2m"), "4h a: +1\n");
}

TEST(Groups, AnAcknowledgedAlertIsNotRemindedButItsEndIsTold) {
  Town town;
  town.post("0s", "n=1");
  EXPECT_EQ(town.step("1m", model::Acknowledge{town.id_of("n=1"), "kim", ""}), "1m a: acknowledged kim\n");
  EXPECT_EQ(town.until("1d"), "");
  EXPECT_EQ(town.end("1d", "n=1"), "1d a: -1\n");
  EXPECT_EQ(town.post("1d1m", "n=1"), "1d1m a: +1\n") << "the acknowledgement ended with it";
  EXPECT_EQ(town.until("1d5h"), "1d4h1m a: +1\n");
}

TEST(Groups, ARestartRemembersWhoWasTold) {
  for (const auto* config : {"route: {receiver: a}", kGrouped}) {
    Town town(config), other(config);
    for (auto* one : {&town, &other}) {
      one->silence("0s", "S", "n=3", "2h");
      one->post("0s", "n=1,g=x"), one->post("1s", "n=3,g=x"), one->until("1m"), one->post("2m", "n=2,g=x"), one->end("3m", "n=1,g=x");
    }
    town.restart();
    town.configure(config);
    EXPECT_EQ(town.until("10h"), other.until("10h"));
  }
}

TEST(Groups, AReloadTellsANewReceiverAndNotTheOldOneAgain) {
  Town town;
  town.post("0s", "n=1");
  town.configure("route: {receiver: a}");
  EXPECT_EQ(town.until("1m"), "");
  town.configure("route: {receiver: b}");
  EXPECT_EQ(town.until("2m"), "1m b: +1\n");
}

TEST(Groups, TheIdOfATellingIsItsOwn) {
  Routed one{"t", {"a", "k", {}, {}}, Time(Duration(1))}, other = one;
  other.at = Time(Duration(2));
  EXPECT_EQ(notification_id(one), notification_id(one));
  EXPECT_NE(notification_id(one), notification_id(other)) << "a reminder is another";
}

}  // namespace
}  // namespace alarum::alert
