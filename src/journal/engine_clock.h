#pragma once
#include <algorithm>
#include <optional>

#include "base/clock.h"

namespace alarum::journal {

/// Engine time: the wall clock at start plus the monotonic clock, never before what the journal holds already (DESIGN §3). A step
/// of the wall clock does not move it; it is noticed, so that it can be recorded.
class EngineClock {
 public:
  EngineClock(Clock& clock, Time last_stamp)
      : clock_(clock), wall_(clock.wall()), monotonic_(clock.monotonic()), base_(std::max(wall_, last_stamp)), last_(base_) {}

  /// Now, at or after every time given before.
  Time stamp() {
    const auto passed = std::chrono::duration_cast<Duration>(clock_.monotonic() - monotonic_);
    return last_ = std::max(last_, base_ + passed);
  }

  /// How far the wall clock was stepped since the last call, when that is more than two seconds.
  std::optional<Duration> stepped() {
    const auto passed = std::chrono::duration_cast<Duration>(clock_.monotonic() - monotonic_);
    const auto by = clock_.wall() - (wall_ + passed) - known_step_;
    if (by > kLeast || by < -kLeast) {
      known_step_ += by;
      return by;
    }
    return std::nullopt;
  }

 private:
  static constexpr Duration kLeast = std::chrono::seconds(2);
  Clock& clock_;
  Time wall_;
  std::chrono::nanoseconds monotonic_;
  Time base_;
  Time last_;
  Duration known_step_{};
};

}  // namespace alarum::journal
