#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/time.h"

namespace alarum::deliver {

/// Computes the age of something that was stamped by the wall clock, without the time by which the
/// clock was set forward in between: what was made while the clock was wrong must not expire
/// because the clock is corrected. Steps back need no correction, because they make nothing older.
/// Only steps during this run of the program are known. It remembers the newest kMost steps;
/// O(kMost) for each call. No clock, one thread.
class WallSteps {
 public:
  /// What both clocks showed at one moment. Must be called often: a step is noticed between two
  /// calls. A call may report a moment before that of an earlier call, seen by another thread.
  void see(std::chrono::nanoseconds monotonic, Time wall) {
    auto from = newest_.value_or(Look{monotonic, wall}), to = Look{monotonic, wall};
    if (to.monotonic < from.monotonic) std::swap(from, to);
    newest_ = to;
    const auto by = to.apart() - from.apart();
    if (by <= kLeast) return;
    steps_.push_back({to.monotonic, to.apart(), to.wall, by});
    if (steps_.size() <= kMost) return;
    // Join the two oldest. What was made between them will seem younger than it is.
    const auto oldest = steps_.front();
    steps_.pop_front();
    auto& next = steps_.front();
    next = {oldest.at, next.apart, std::max(oldest.to, next.to), oldest.by + next.by};
  }

  /// The age of what was made at `made`, when the clocks showed these times. At least zero.
  Duration age(Time made, std::chrono::nanoseconds monotonic, Time wall) const {
    auto age = wall - made;
    const auto apart = Look{monotonic, wall}.apart();
    for (const auto& step : steps_) {
      const bool was_before = step.at <= monotonic || step.apart <= apart + kLeast;
      // A correct clock has not shown the times that the step skipped.
      if (was_before && made < step.to) age -= step.by;
    }
    return std::max(age, Duration::zero());
  }

 private:
  static constexpr Duration kLeast = std::chrono::seconds(2);  // smaller changes are no steps
  static constexpr std::size_t kMost = 64;
  struct Look {
    std::chrono::nanoseconds monotonic;
    Time wall;
    // The distance between both clocks, which only a step changes.
    Duration apart() const {
      return wall.time_since_epoch() - std::chrono::duration_cast<Duration>(monotonic);
    }
  };
  struct Step {
    std::chrono::nanoseconds at;  // when it was noticed, monotonic
    Duration apart;               // the distance after it
    Time to;                      // the wall clock after it
    Duration by;                  // how far the clock was set forward
  };

  std::optional<Look> newest_;
  std::deque<Step> steps_;
};

}  // namespace alarum::deliver
