#pragma once
#include <optional>
#include <string>
#include <vector>

#include "alert/posted.h"
#include "base/time.h"

namespace alarum::app {

/// Decides when an alert about a lasting condition is posted: once it has lasted for `patience`,
/// then every minute so that it does not time out (a posted alert ends 5 minutes after its last
/// post), and once more with its end. Pure.
class Standing {
 public:
  explicit Standing(std::chrono::nanoseconds patience = {}) : patience_(patience) {}

  struct Post {
    Time since;                ///< when the condition began
    std::optional<Time> over;  ///< when it ended; nullopt while it lasts
    bool first = false;        ///< the first post of this condition
  };
  /// What must be posted now, if anything. `stands`: whether the condition holds. `now`: wall
  /// clock. `monotonic`: a steady clock, by which all intervals are measured.
  std::optional<Post> look(bool stands, Time now, std::chrono::nanoseconds monotonic);

 private:
  struct Since {
    Time wall;
    std::chrono::nanoseconds monotonic;
  };
  const std::chrono::nanoseconds patience_;
  std::optional<Since> since_;
  std::optional<std::chrono::nanoseconds> posted_;
};

/// The alert AlarumDegraded. `said`: the sentences of unannounced(), all in one alert.
alert::Posted degraded_alert(const std::vector<std::string>& said, const Standing::Post& post);

}  // namespace alarum::app
