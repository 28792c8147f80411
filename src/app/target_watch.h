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

/// Watches whether targets accept notifications. When one has accepted nothing for kAfter, and when
/// it accepts something again, it writes one line to the log. One alert, AlarumTargetFailing, fires
/// for all failing targets together; its `stage` changes with each further one, so that people are
/// notified again. Pure but for the log; used by the audit on its thread.
class TargetWatch {
 public:
  static constexpr auto kAfter = std::chrono::minutes(2);

  /// The state of delivery and book at one time.
  struct Seen {
    std::vector<deliver::Queue::Failing> failing;  ///< targets whose last attempts all failed
    std::map<std::string, std::uint64_t> waiting;  ///< notifications in the book, by target
  };
  struct Outcome {
    /// Targets that have been failing for kAfter. This includes those that had only built-in alerts
    /// to send; they raise no alert.
    std::set<std::string> failing;
    /// AlarumTargetFailing as it must be posted now; once more with its end; otherwise nullopt
    std::optional<alert::Posted> post;
  };
  /// To be called at least once a minute, because a posted alert ends 5 minutes after its last
  /// post. If it is called more often, the calls between post only changes.
  Outcome look(const Seen& seen, deliver::Moment now);

 private:
  // Logs the targets that began or ceased to fail, 40 lines at most.
  void log_news(const Seen& seen, const std::map<std::string, deliver::Queue::Failing>& now_failing,
                deliver::Moment now);

  std::map<std::string, deliver::Queue::Failing> failing_;  // what the last look() found
  std::optional<Time> since_;                               // when the alert began, while it fires
  std::chrono::nanoseconds posted_{};                       // when it was last posted (steady)
  std::string stage_;  // the targets that failed when the newest of them began to fail
};

}  // namespace alarum::app
