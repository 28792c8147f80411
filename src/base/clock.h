#pragma once
#include <chrono>

#include "base/time.h"

namespace alarum {

/// The machine's two clocks behind an interface, so that tests and the simulation can supply their
/// own. The journal's writer reads them to stamp the records (journal/engine_clock.h). What the
/// engine decides depends on these stamps alone, so a replay decides as the live run did. Other
/// parts read a clock only for their own deadlines and for times that they show.
///
/// The caller of the daemon owns the clock, and it outlives all threads. An implementation must be
/// safe to call on any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// UTC. An operator or NTP may set this clock forwards or backwards at any time.
  virtual Time wall() = 0;
  /// Never goes backwards. Its zero is arbitrary, so that only differences mean something.
  virtual std::chrono::nanoseconds monotonic() = 0;
};

/// The clocks of the operating system: CLOCK_REALTIME and CLOCK_MONOTONIC. Any thread.
class SystemClock final : public Clock {
 public:
  Time wall() override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds monotonic() override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

}  // namespace alarum
