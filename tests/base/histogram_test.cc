#include "base/histogram.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

namespace alarum {
namespace {

using namespace std::chrono_literals;

std::uint64_t total(const HistogramValues& values) {
  return std::accumulate(values.counts.begin(), values.counts.end(), std::uint64_t{0});
}

TEST(LatencyHistogram, CountsALatencyInTheFirstBucketThatHasRoomForIt) {
  LatencyHistogram histogram;
  histogram.observe(400us);
  histogram.observe(500us);  // a bound belongs to its bucket
  histogram.observe(501us);
  histogram.observe(2s, 5);
  histogram.observe(1h);
  const auto values = histogram.values();
  ASSERT_EQ(values.counts.size(), values.bounds.size() + 1);
  EXPECT_EQ(values.counts[0], 2U);
  EXPECT_EQ(values.counts[1], 1U);
  EXPECT_EQ(values.bounds[11], 2.5);
  EXPECT_EQ(values.counts[11], 5U);
  EXPECT_EQ(values.counts.back(), 1U);
  EXPECT_EQ(total(values), 9U);
  EXPECT_NEAR(values.sum, 0.0004 + 0.0005 + 0.000501 + 10 + 3600, 1e-9);
}

TEST(LatencyHistogram, CountsNothingForNothingAndNoNegativeLatency) {
  LatencyHistogram histogram;
  histogram.observe(1s, 0);
  EXPECT_EQ(total(histogram.values()), 0U);
  histogram.observe(-1s);
  EXPECT_EQ(histogram.values().counts[0], 1U);
  EXPECT_EQ(histogram.values().sum, 0);
}

TEST(LatencyHistogram, LosesNothingThatSeveralThreadsCount) {
  LatencyHistogram histogram;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 10'000; ++n) histogram.observe(1s, 2);
      });
    }
  }
  EXPECT_EQ(total(histogram.values()), 80'000U);
  EXPECT_EQ(histogram.values().sum, 80'000);
}

}  // namespace
}  // namespace alarum
