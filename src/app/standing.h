#pragma once
#include <optional>
#include <string>
#include <vector>

#include "alert/posted.h"
#include "base/time.h"

namespace alarum::app {

/// When an alert about something that lasts is to be posted: at first, again every minute so that
/// it does not time out, and as over once it is. A value; what has not lasted for `patience` is not
/// made known.
class Standing {
 public:
  explicit Standing(std::chrono::nanoseconds patience = {}) : patience_(patience) {}

  struct Post {
    Time since;                ///< when it began
    std::optional<Time> over;  ///< it has ended then
    bool first = false;
  };
  /// `stands`: it does, at wall time `now`; `monotonic` in the same process. What is to be posted,
  /// if anything.
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

/// AlarumDegraded as it is posted: everything of `said` at once.
alert::Posted degraded_alert(const std::vector<std::string>& said, const Standing::Post& post);

}  // namespace alarum::app
