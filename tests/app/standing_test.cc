#include "app/standing.h"

#include <gtest/gtest.h>

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr Time kDay{std::chrono::sys_days(std::chrono::year(2026) / 11 / 28).time_since_epoch()};

// At a second of the day, by both clocks.
std::optional<Standing::Post> at(Standing& standing, std::chrono::seconds second, bool stands) {
  return standing.look(stands, kDay + second, second);
}

TEST(Standing, WhatLastsIsPostedAtOnceThenEveryMinuteAndAsOverOnce) {
  Standing standing;
  EXPECT_FALSE(at(standing, 0s, false));
  const auto first = at(standing, 10s, true);
  ASSERT_TRUE(first && first->first);
  EXPECT_EQ(first->since, kDay + 10s);
  EXPECT_FALSE(at(standing, 20s, true)) << "however often somebody asks";
  const auto again = at(standing, 70s, true);
  ASSERT_TRUE(again && !again->first && !again->over);
  const auto over = at(standing, 75s, false);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->since, kDay + 10s);
  EXPECT_EQ(over->over, kDay + 75s);
  EXPECT_FALSE(at(standing, 80s, false));
}

TEST(Standing, WhatPassesWithinThePatienceIsNotMadeKnown) {
  Standing standing(1min);
  EXPECT_FALSE(at(standing, 0s, true));
  EXPECT_FALSE(at(standing, 59s, true));
  EXPECT_FALSE(at(standing, 60s, false)) << "nobody learned of it, so nobody learns of its end";
  EXPECT_FALSE(at(standing, 70s, true));
  EXPECT_TRUE(at(standing, 130s, true));
}

TEST(Degraded, NamesAllThatIsWrongAtOnce) {
  const auto posted = degraded_alert({"sources: a does not run", "log: blocked"}, {kDay, {}, true});
  EXPECT_EQ(posted.annotations.at("description"), "sources: a does not run; log: blocked");
  EXPECT_FALSE(posted.ends_at);
}

}  // namespace
}  // namespace alarum::app
