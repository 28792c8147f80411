#include <gtest/gtest.h>

#include "correlate/rule_state.h"

namespace alarum::correlate {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSpan = 16min;  // bins of a minute

Time at(Duration offset) {
  return Time(1'000'000min) + offset;
}
std::pair<std::uint32_t, std::uint32_t> quiet(const LastHeard& hearing, Duration bound) {
  const auto share = hearing.quiet(at(bound));
  return {share.quiet, share.all};
}

TEST(LastHeard, CountsWhoWasHeardNoLaterThanTheBinOfABound) {
  LastHeard hearing(kSpan);
  hearing.add(at(0s)), hearing.add(at(1min)), hearing.add(at(5min), 3);
  EXPECT_EQ(quiet(hearing, 1min + 30s), std::pair(2U, 5U));
  hearing.remove(at(1min));
  EXPECT_EQ(quiet(hearing, 10min), std::pair(4U, 4U));
}

TEST(LastHeard, WaitsAnewForAllUpToATimeAndForNobodyAfterIt) {
  LastHeard hearing(kSpan);
  for (const auto last : {0s, 90s, 100s, 300s}) hearing.add(at(last));
  hearing.anew(at(92s), at(6min));  // to the end of its bin, so that counts and keys agree
  EXPECT_EQ(hearing.counted(at(0s)), at(6min));
  EXPECT_EQ(hearing.counted(at(100s)), at(6min));
  EXPECT_EQ(hearing.counted(at(2min)), at(2min));
  EXPECT_EQ(quiet(hearing, 5min), std::pair(1U, 4U));
  hearing.remove(at(0s));  // it counts where it stands now
  EXPECT_EQ(quiet(hearing, 6min), std::pair(3U, 3U));
}

TEST(LastHeard, OfSeveralTimesTheLaterHoldsForThoseItReaches) {
  LastHeard hearing(kSpan);
  hearing.anew(at(2min), at(6min));
  hearing.anew(at(3min), at(10min));  // who was waited for from 6 min on is not reached
  EXPECT_EQ(hearing.counted(at(1min)), at(6min));
  EXPECT_EQ(hearing.counted(at(3min)), at(10min));
  EXPECT_EQ(hearing.anews().size(), 2U);
  hearing.anew(at(12min), at(12min));  // nobody listened until then: all
  EXPECT_EQ(hearing.counted(at(1min)), at(12min));
  EXPECT_EQ(hearing.counted(at(12min + 1s)), at(12min + 1s));
  EXPECT_EQ(hearing.anews().size(), 1U) << "what no longer says anything is dropped";
}

}  // namespace
}  // namespace alarum::correlate
