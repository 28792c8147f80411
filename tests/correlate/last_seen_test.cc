#include <gtest/gtest.h>

#include "correlate/last_seen.h"

namespace alarum::correlate {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSpan = 16min;  // bins of a minute

Time at(Duration offset) {
  return Time(1'000'000min) + offset;
}
std::pair<std::uint32_t, std::uint32_t> quiet(const LastSeen& seen, Duration bound) {
  const auto share = seen.quiet(at(bound));
  return {share.quiet, share.all};
}

TEST(LastSeen, CountsWhatWasSeenNoLaterThanTheBinOfABound) {
  LastSeen seen(kSpan);
  seen.add(at(0s)), seen.add(at(1min)), seen.add(at(5min), 3);
  EXPECT_EQ(quiet(seen, 1min + 30s), std::pair(2U, 5U));
  seen.remove(at(1min));
  EXPECT_EQ(quiet(seen, 10min), std::pair(4U, 4U));
}

TEST(LastSeen, WaitsAgainForAllUpToATimeAndForNoneAfterIt) {
  LastSeen seen(kSpan);
  for (const auto last : {0s, 90s, 100s, 300s}) seen.add(at(last));
  seen.rearm(at(92s), at(6min));  // to the end of its bin, so that counts and keys agree
  EXPECT_EQ(seen.counted(at(0s)), at(6min));
  EXPECT_EQ(seen.counted(at(100s)), at(6min));
  EXPECT_EQ(seen.counted(at(2min)), at(2min));
  EXPECT_EQ(quiet(seen, 5min), std::pair(1U, 4U));
  seen.remove(at(0s));  // it counts where it stands now
  EXPECT_EQ(quiet(seen, 6min), std::pair(3U, 3U));
}

TEST(LastSeen, OfSeveralTimesTheLaterHoldsForThoseItReaches) {
  LastSeen seen(kSpan);
  seen.rearm(at(2min), at(6min));
  seen.rearm(at(3min), at(10min));  // what was waited for from 6 min on is not reached
  EXPECT_EQ(seen.counted(at(1min)), at(6min));
  EXPECT_EQ(seen.counted(at(3min)), at(10min));
  EXPECT_EQ(seen.rearmed().size(), 2U);
  seen.rearm(at(12min), at(12min));  // no events were taken until then: all
  EXPECT_EQ(seen.counted(at(1min)), at(12min));
  EXPECT_EQ(seen.counted(at(12min + 1s)), at(12min + 1s));
  EXPECT_EQ(seen.rearmed().size(), 1U) << "what no longer says anything is dropped";
}

}  // namespace
}  // namespace alarum::correlate
