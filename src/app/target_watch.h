#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alert/posted.h"
#include "deliver/queue.h"

namespace alarum::app {

/// Whether targets take what they are sent. When one has taken nothing for kAfter, and when it
/// takes something again, one line of the log says so, and the alert AlarumTargetFailing stands for
/// all of them together. Whoever is notified of it hears of each further target that begins to
/// fail. Pure; one thread.
class TargetWatch {
 public:
  static constexpr auto kAfter = std::chrono::minutes(2);

  struct Seen {
    std::vector<deliver::Queue::Failing> failing;
    std::map<std::string, std::uint64_t> waiting;  ///< notifications in the book, by target
  };
  struct Outcome {
    /// Targets that have been failing for kAfter, also those that were asked for built-in alerts
    /// alone, which raise none
    std::set<std::string> failing;
    /// AlarumTargetFailing, as it is now; once more when it is over
    std::optional<alert::Posted> post;
  };
  /// To be called once a minute at least: a posted alert is over 5 min after its last post. Called
  /// more often, it posts news alone in between.
  Outcome look(const Seen& seen, deliver::Moment now);

 private:
  void log_news(const Seen& seen, const std::map<std::string, deliver::Queue::Failing>& now_failing,
                deliver::Moment now);

  std::map<std::string, deliver::Queue::Failing> failing_;
  std::optional<Time> since_;  // of the alert, while it stands
  std::chrono::nanoseconds posted_{};
  std::string stage_;  // which failed as the newest of them began to
};

}  // namespace alarum::app
