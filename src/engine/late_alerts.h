#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "model/alert.h"

namespace alarum::engine {

/// Sums up the alerts that came late, so that one line says what nobody is notified of, at most
/// once a minute. Pure: takes the monotonic time.
class LateAlerts {
 public:
  struct Summary {
    std::uint64_t count = 0;
    Duration oldest{};  ///< how long before its arrival the newest match of the oldest lay
    std::string rules;  ///< a few of them: `EccStorm, RackDown and others`
  };

  /// A change that has left the engine; all but late alerts that fire are passed over.
  void note(const model::Change& change);
  /// What is to be said now: when some were noted for two seconds (a backlog comes in many pieces)
  /// and the last line is a minute old; `all`: in any case.
  std::optional<Summary> take(std::chrono::nanoseconds now, bool all = false);
  /// When that will be, once take() has been called after the first of them was noted; nullopt:
  /// there is nothing to say.
  std::optional<std::chrono::nanoseconds> due() const;

 private:
  Summary summary_;
  std::set<std::string> rules_;  // at most kMostNamed + 1
  std::optional<std::chrono::nanoseconds> since_, said_;
};

}  // namespace alarum::engine
