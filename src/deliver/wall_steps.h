#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "base/time.h"

namespace alarum::deliver {

/// How old something is that was stamped by the wall clock, without the time that the clock was set
/// forward meanwhile: what was made while the clock was wrong is not old because somebody sets it
/// right. Of steps back it knows nothing: they make nobody older. It sees the steps of one run of
/// the program. Pure.
class WallSteps {
 public:
  /// Called again and again: a step lies between two calls. One may come late, of a moment before
  /// that of the newest: another thread saw it.
  void see(std::chrono::nanoseconds monotonic, Time wall) {
    auto from = newest_.value_or(Look{monotonic, wall}), to = Look{monotonic, wall};
    if (to.monotonic < from.monotonic) std::swap(from, to);
    newest_ = to;
    const auto by = to.apart() - from.apart();
    if (by <= kLeast) return;
    steps_.push_back({to.monotonic, to.apart(), to.wall, by});
    if (steps_.size() <= kMost) return;
    // The two oldest as one: what lies between them is taken for younger than it is.
    const auto oldest = steps_.front();
    steps_.pop_front();
    auto& next = steps_.front();
    next = {oldest.at, next.apart, std::max(oldest.to, next.to), oldest.by + next.by};
  }

  /// How old it was when the clocks showed this. Never below zero.
  Duration age(Time made, std::chrono::nanoseconds monotonic, Time wall) const {
    auto age = wall - made;
    const auto apart = Look{monotonic, wall}.apart();
    for (const auto& step : steps_) {
      const bool was_before = step.at <= monotonic || step.apart <= apart + kLeast;
      // No honest clock has shown what it leapt over
      if (was_before && made < step.to) age -= step.by;
    }
    return std::max(age, Duration::zero());
  }

 private:
  static constexpr Duration kLeast = std::chrono::seconds(2);
  static constexpr std::size_t kMost = 64;
  struct Look {
    std::chrono::nanoseconds monotonic;
    Time wall;
    Duration apart() const {
      return wall.time_since_epoch() - std::chrono::duration_cast<Duration>(monotonic);
    }
  };
  struct Step {
    std::chrono::nanoseconds at;  // when it was seen
    Duration apart;               // the clocks, afterwards
    Time to;
    Duration by;
  };

  std::optional<Look> newest_;
  std::deque<Step> steps_;
};

}  // namespace alarum::deliver
