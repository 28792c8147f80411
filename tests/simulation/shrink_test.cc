#include "tests/simulation/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace alarum::simulation {
namespace {

TEST(Choices, OfTheSameSeedAreTheSame) {
  const Choices one(17), other(17);
  ASSERT_EQ(one.acts.size(), other.acts.size());
  EXPECT_TRUE(std::ranges::equal(one.acts, other.acts, [](const Act& a, const Act& b) {
    return a.kind == b.kind && a.at == b.at && a.seed == b.seed;
  }));
  EXPECT_EQ(one.config, other.config);
}

TEST(Choices, OfManySeedsHaveEachKindOfAct) {
  std::set<Act::Kind> kinds;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    for (const auto& act : Choices(seed).acts) kinds.insert(act.kind);
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(Act::Kind::lose_segment) + 1);
}

TEST(Shrink, NumbersAreReadAsTheyAreWritten) {
  EXPECT_EQ(to_text({1, 3, 4, 5, 9}), "1,3-5,9");
  EXPECT_EQ(parse_numbers("1,3-5,9"), (std::set<std::size_t>{1, 3, 4, 5, 9}));
}

TEST(Shrink, LeavesTheActsThatMatter) {
  const Choices choices(5);
  ASSERT_GT(choices.acts.size(), 20U);
  const auto needed = choices.acts[7].number, also = choices.acts[16].number;
  const auto fails = [&](const Choices& life) -> std::string {
    const auto has = [&](std::size_t number) {
      return std::ranges::any_of(life.acts, [&](const Act& act) { return act.number == number; });
    };
    return has(needed) && has(also) ? "lost 17 events" : has(needed) ? "another one" : "";
  };
  const auto out = shrink(choices, {}, fails);
  EXPECT_EQ(without(choices, out).acts.size(), 2U);
  EXPECT_EQ(fails(without(choices, out)), "lost 17 events");
}

TEST(Shrink, AKindOfFailureHasNoNumbers) {
  EXPECT_EQ(kind_of("event 17 is lost\nat 3"), kind_of("event 201 is lost"));
  EXPECT_NE(kind_of("event 17 is lost"), kind_of("event 17 is twice there"));
}

}  // namespace
}  // namespace alarum::simulation
