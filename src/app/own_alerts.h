#pragma once
#include <map>
#include <mutex>
#include <string>

#include "alert/posted.h"
#include "base/clock.h"
#include "journal/journal.h"

namespace alarum::app {

/// Brings the daemon's built-in alerts into the journal. If the journal does not accept one (full
/// disk, full queue), the newest of each alertname is remembered until retry() succeeds, because
/// people need it then most of all. Owned by Core; must outlive the journal's writer, which calls
/// back. Any thread.
class OwnAlerts {
 public:
  OwnAlerts(journal::Journal& journal, Clock& clock) : journal_(journal), clock_(clock) {}

  /// Submits an alert, in place of an older one of the same alertname that still waits. Does not
  /// wait; a failure is logged. `posted` must have the label `alertname`.
  void post(alert::Posted posted);
  /// Submits again what the journal did not accept. The audit calls it once a minute.
  void retry();

 private:
  struct Waiting {
    alert::Posted posted;
    std::uint64_t number = 0;  // of the post(), by which a late answer is recognised
    bool under_way = false;    // submitted, and not answered
  };
  void submit(const std::string& name, Waiting& waiting);
  void ended(const std::string& name, std::uint64_t number, const std::string& fault);

  journal::Journal& journal_;
  Clock& clock_;
  // Guards both members below: the audit's thread and the journal's writer use them, a few times a
  // minute.
  std::mutex mutex_;
  std::map<std::string, Waiting> waiting_;  // by alertname
  std::uint64_t numbers_ = 0;
};

}  // namespace alarum::app
