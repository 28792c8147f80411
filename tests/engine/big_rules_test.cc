// What concerns every key of a rule at once must not be paid for in one step.
#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

constexpr std::size_t kKeys = 3'000;
constexpr std::size_t kPart = 1'000;  // bytes

std::string hits(std::size_t keys, const std::string& from) {
  std::string story;
  for (std::size_t i = 0; i < keys; ++i) story += from + " hit s" + std::to_string(i) + '\n';
  return story;
}

// The rest of a save in its parts; none may be much longer than it should be.
std::string rest_of(Engine& engine) {
  std::string state;
  while (engine.saving()) {
    const auto part = engine.save_some(kPart);
    EXPECT_LT(part.size(), kPart + 400);
    state += part;
  }
  return state;
}

struct Case {
  const char *name, *rules, *others;
};

class BigRules : public testing::TestWithParam<Case> {};

TEST_P(BigRules, AReloadBesideACheckpointWritesNothingOutOfTurnAndTheCheckpointIsThatOfItsMoment) {
  World world(GetParam().rules);
  world.play(hits(kKeys, "1m"));
  auto state = world.engine().begin_save();
  const auto wanted = saved(world.engine());
  state = world.engine().begin_save();
  world.reload(support::at("2m"), GetParam().others);
  state += rest_of(world.engine());
  EXPECT_EQ(sorted(state), sorted(wanted));
  Engine restored([&](const std::string&) {
    return Result<std::shared_ptr<const match::Generation>>(generation_of(GetParam().rules));
  });
  ASSERT_TRUE(restored.restore(state));
  EXPECT_EQ(restored.correlator().keys(), kKeys);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BigRules,
    testing::Values(Case{"Stays",
                         "rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}]",
                         "rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}, "
                         "{alert: New, match: new, resolve_after: 1h}]"},
                    Case{"CountsOtherwise",
                         "rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}]",
                         "rules: [{alert: Big, match: hit, count: 8, within: 7h, by: subject}]"},
                    Case{"CountsShorter",
                         "rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}]",
                         "rules: [{alert: Big, match: hit, count: 9, within: 1h, by: subject}]"},
                    Case{"Goes",
                         "rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}]",
                         "rules: [{alert: New, match: new, resolve_after: 1h}]"},
                    Case{"Waits", "rules: [{alert: Big, match: hit, absent: 6h, by: subject}]",
                         "rules: [{alert: Big, match: hit, absent: 6h, by: subject}, {alert: New, "
                         "match: new, resolve_after: 1h}]"}),
    [](const auto& one) { return one.param.name; });

TEST(BigRule, WhatARuleThatIsGoneRememberedIsGivenBackInParts) {
  World world("rules: [{alert: Big, match: hit, count: 9, within: 6h, by: subject}]");
  world.play(hits(kKeys, "1m"));
  EXPECT_TRUE(world.engine().tidy(10));
  (void)world.engine().begin_save();
  world.reload(support::at("2m"),
               "rules: [{alert: Other, match: hit, count: 9, within: 6h, by: subject}]");
  EXPECT_EQ(world.engine().correlator().keys(), 0U);
  EXPECT_FALSE(world.engine().tidy(1'000'000)) << "before it is in the checkpoint";
  (void)rest_of(world.engine());
  std::size_t parts = 0;
  while (!world.engine().tidy(10)) ++parts;
  EXPECT_GT(parts, kKeys / 20);
  world.play("3m hit s1\n20h !tick");
  EXPECT_EQ(world.engine().correlator().keys(), 0U);
}

TEST(BigRule, ASilentSourceThatReturnsAndAStartAfterAGapAreWaitedForWithoutALookAtEachKey) {
  World world("rules: [{alert: Big, match: hit, absent: 1h, by: subject}]");
  world.play(hits(kKeys, "1m") + "1h2m !tick");
  EXPECT_EQ(world.told(), "1h1m fired AlarumSourceSilent{rule=Big}\n");
  world.play(hits(kKeys / 2 - 1, "1h10m"));
  EXPECT_EQ(world.told(), "");
  (void)world.engine().begin_save();
  world.play("1h10m hit s2000");
  EXPECT_EQ(world.told(), "1h10m resolved AlarumSourceSilent{rule=Big} recovered\n");
  (void)rest_of(world.engine());
  // Who has not returned is waited for from there on, and nobody fired.
  world.play("1h30m !stop\n1h40m !start\n1h50m !tick");
  EXPECT_EQ(world.told(), "");
  world.play(hits(kKeys - 2, "2h20m") + "2h39m !tick");
  EXPECT_EQ(world.told(), "");
  world.play("2h50m !tick");
  EXPECT_EQ(world.told(), "2h40m fired Big{subject=s2998}\n2h40m fired Big{subject=s2999}\n");
}

TEST(BigRule, AShorterWithinCountsAtOnceAndKeysAreForgottenWhenTheyWouldHaveBeen) {
  World world("rules: [{alert: Count, match: hit, count: 3, within: 30m, by: subject}]");
  world.play("1m hit s1\n2m hit s1\n1m hit s2\n2m hit s2\n3m hit s2");
  EXPECT_EQ(world.told(), "3m fired Count{subject=s2}\n");
  world.reload(support::at("5m"),
               "rules: [{alert: Count, match: hit, count: 3, within: 10m, by: subject}]");
  world.play("12m hit s1\n12m30s !tick");
  EXPECT_EQ(world.told(), "");
  world.play("2h !tick");
  EXPECT_EQ(world.engine().correlator().keys(), 0U);
}

// Terms that make a key due later are found out when its time comes.
TEST(BigRule, ALongerSpanHoldsForKeysThatNobodyLookedAt) {
  World world(
      "rules: [{alert: Count, match: hit, count: 3, within: 10m, by: subject}, {alert: Quiet, "
      "match: beat, absent: 10m, by: subject}]");
  world.play("1m hit s1\n1m beat s1\n2m hit s1");
  world.reload(support::at("3m"),
               "rules: [{alert: Count, match: hit, count: 3, within: 30m, by: subject}, {alert: "
               "Quiet, match: beat, absent: 20m, by: subject}]");
  world.play("25m hit s1\n26m !tick");
  EXPECT_EQ(world.told(), "21m fired Quiet{subject=s1}\n25m fired Count{subject=s1}\n");
}

}  // namespace
}  // namespace alarum::engine
