#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "model/alert.h"

namespace alarum::engine {

/// Sums up alerts that came late (they were over before their events arrived, so nobody is
/// notified), so that the log gets one line for them at most once a minute. The engine's thread
/// owns it. It takes the monotonic time and has no clock of its own.
class LateAlerts {
  /// The content of one log line.
 public:
  struct Summary {
    std::uint64_t count = 0;
    Duration oldest{};  ///< the longest time from an alert's newest match to its arrival
    std::string rules;  ///< at most three names: `EccStorm, RackDown and others`
  };

  /// Counts a change that has left the engine, if it says that a late alert fired.
  void note(const model::Change& change);
  /// The summary, if it is time for a line: two seconds after the first alert was seen here (a
  /// backlog comes in many pieces) and a minute after the last line. `all`: at any time.
  std::optional<Summary> take(std::chrono::nanoseconds now, bool all = false);
  /// When take() will give a summary, by the monotonic clock; nullopt if nothing was counted, or
  /// take() was not called since.
  std::optional<std::chrono::nanoseconds> due() const;

 private:
  Summary summary_;
  std::set<std::string> rules_;  // at most kMostNamed + 1
  // When take() first saw something to report, and when the last line was.
  std::optional<std::chrono::nanoseconds> since_, said_;
};

}  // namespace alarum::engine
