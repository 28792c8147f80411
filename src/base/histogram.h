#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace alarum {

/// What a histogram had counted at one moment.
struct HistogramValues {
  std::vector<double> bounds;         ///< upper bounds of the buckets, rising
  std::vector<std::uint64_t> counts;  ///< one for each bucket, not summed up; the last: above all
  double sum = 0;                     ///< of all values that were counted
};

/// Upper bounds of latencies, in seconds: from the sync of a fast disk to a target that was down.
inline constexpr std::array<double, 18> kLatencyBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                       0.05,   0.1,   0.25,   0.5,   1,    2.5,
                                                       5,      10,    30,     60,    300,  1800};

/// Counts latencies in the buckets of kLatencyBounds, for a metric of the type histogram. Any
/// number of threads may count and read at the same time without a lock; a reader may see a count
/// of which the sum does not have the value yet, and the other way round. Counting costs a search
/// among 18 numbers and two atomic additions, whatever `times` is, so a batch is counted at once.
class LatencyHistogram {
 public:
  /// Counts a latency that `times` things had. A negative one (the clock of another moment) is 0.
  void observe(std::chrono::nanoseconds latency, std::uint64_t times = 1) {
    if (times == 0) return;
    const auto seconds = std::max(0.0, std::chrono::duration<double>(latency).count());
    const auto bucket = std::ranges::lower_bound(kLatencyBounds, seconds) - kLatencyBounds.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(times, std::memory_order_relaxed);
    sum_.fetch_add(seconds * static_cast<double>(times), std::memory_order_relaxed);
  }
  HistogramValues values() const {
    HistogramValues values{{kLatencyBounds.begin(), kLatencyBounds.end()}, {}, sum_};
    for (const auto& count : counts_) values.counts.push_back(count);
    return values;
  }

 private:
  std::array<std::atomic<std::uint64_t>, kLatencyBounds.size() + 1> counts_{};
  std::atomic<double> sum_ = 0;
};

}  // namespace alarum
