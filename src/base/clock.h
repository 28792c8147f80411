#pragma once
#include <chrono>

#include "base/time.h"

namespace alarum {

/// The two clocks of the machine. The journal's writer, and nobody else on the event path, reads
/// them.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time wall() = 0;                           ///< may be stepped by an operator or NTP
  virtual std::chrono::nanoseconds monotonic() = 0;  ///< never goes back; no relation to `wall`
};

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
