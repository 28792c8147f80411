// What a step costs, counted, where there is as much as may be.
#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

constexpr int kCrowded = 500;
std::string text(int n) {
  return std::to_string(n);
}

TEST(DispatcherCost, TheEndOfASilenceIsALookAtThoseThatItSilenced) {
  Town town;
  for (int i = 0; i < kCrowded; ++i) {
    town.silence("0s", text(i), "n=" + text(i), "9h");
    town.post("1s", "n=" + text(i));
  }
  town.restart(), town.configure("route: {receiver: a}");
  town.until("2s");
  const auto before = town.groups().looks();
  std::string told;
  for (int i = 0; i < kCrowded; ++i) told += town.step("3s", model::ExpireSilence{text(i)});
  EXPECT_EQ(std::ranges::count(told, '+'), kCrowded);
  EXPECT_LE(town.groups().looks() - before, 3U * kCrowded);
}

TEST(DispatcherCost, TheEndOfAnInhibitingAlertIsALookAtThoseThatItKeptBack) {
  Town town(
      "route: {receiver: a}\ninhibit_rules: [{source_match: {s: 1}, target_match: {t: 1}, equal: "
      "[e]}]");
  for (int i = 0; i < kCrowded; ++i) {
    town.post("0s", "n=s,s=1,e=" + text(i));
    town.post("1s", "n=t,t=1,e=" + text(i));
  }
  const auto before = town.groups().looks();
  std::string told;
  for (int i = 0; i < kCrowded; ++i) told += town.end("2s", "n=s,s=1,e=" + text(i));
  EXPECT_EQ(std::ranges::count(told, '+'), kCrowded);
  EXPECT_LE(town.groups().looks() - before, 4U * kCrowded);
}

TEST(DispatcherCost, EachOfManyTargetsOfManySourcesNamesAFew) {
  Town town("route: {receiver: a}\ninhibit_rules: [{source_match: {s: 1}, target_match: {t: 1}}]");
  for (int i = 0; i < kCrowded; ++i) town.post("0s", "s=1,n=" + text(i));
  const auto told = town.post("1s", "t=1,n=x");
  EXPECT_EQ(std::ranges::count(told, ' '), 2 + static_cast<int>(Inhibition::kMostNamed)) << told;
  std::string later;
  for (int i = 0; i < kCrowded; ++i) later += town.end("2s", "s=1,n=" + text(i));
  EXPECT_NE(later.find("+x"), std::string::npos) << "the last of them has ended";
}

TEST(DispatcherCost, InALeapASilencedGroupIsLookedAtOnlyWhereASilenceBeginsOrEnds) {
  Town town(kGrouped);
  town.silence("0s", "S", "n=2", "1d");
  town.silence("0s", "T", "n=3", "20h");
  for (const auto* one : {"n=1,g=x", "n=2,g=x", "n=3,g=x"}) town.post("1s", one);
  town.until("1m");
  const auto before = town.groups().looks();
  const auto told = town.step("3d", model::Tick{});
  EXPECT_NE(told.find("20h31s a: +1 +3\n"), std::string::npos) << told;
  EXPECT_NE(told.find("1d31s a: +1 +2 +3\n"), std::string::npos) << told;
  EXPECT_LE(town.groups().looks() - before, 10U * 3);
}

TEST(DispatcherCost, ACrowdWithoutAnIntervalIsNotLookedAtWithEachOfItsChanges) {
  Town town("route: {receiver: a, group_by: [g], group_wait: 0s, group_interval: 0s}");
  for (int i = 0; i < 2 * kCrowded; ++i) town.post("1s", "g=x,n=" + text(i));
  EXPECT_LE(town.groups().looks(), 6'000U);
  const auto told = town.until("2s");
  EXPECT_EQ(std::ranges::count(told, '+'), 2 * kCrowded);
}

TEST(DispatcherCost, ASilenceUntilResolvedLooksOnceAtEachAlertThatEnds) {
  Town town;
  town.silence("0s", "s", "n=~\".+\"", "9h", true);
  for (int i = 0; i < kCrowded; ++i)
    town.post("1s", "m=" + text(i)), town.post("1s", "n=" + text(i));
  const auto before = town.groups().looks();
  for (int i = 0; i < kCrowded; ++i) town.end("2s", "n=" + text(i));
  EXPECT_LE(town.groups().looks() - before, 8U * kCrowded);
  EXPECT_EQ(town.post("3s", "n=new"), "3s a: +new\n");
}

TEST(Dispatcher, EventsOfASourceAreNotALookAtAllThatItSuppresses) {
  Town town;
  for (int i = 0; i < kCrowded; ++i)
    town.post("0s", "n=" + text(i)), town.inhibit("n=" + text(i), "s=1");
  town.post("1s", "s=1");
  EXPECT_EQ(town.active_alerts().all().begin()->second.alert.inhibited_by.size(), 1U);
  const auto before = town.active_alerts().settled();
  for (int i = 0; i < kCrowded; ++i) town.url = text(i), town.post("2s", "s=1");
  EXPECT_LE(town.active_alerts().settled() - before, 2U * kCrowded);
}

}  // namespace
}  // namespace alarum::alert
