#pragma once
#include <map>
#include <mutex>
#include <string>

#include "alert/posted.h"
#include "base/clock.h"
#include "journal/journal.h"

namespace alarum::app {

/// The alerts that the bridge raises about itself, on their way into the journal. One that the
/// journal does not take (a full disk, a full queue) is remembered, one for each alert, the newest,
/// until retry() brings it in: somebody has to learn of it all the more. Any thread. It must
/// outlive the journal's writer.
class OwnAlerts {
 public:
  OwnAlerts(journal::Journal& journal, Clock& clock) : journal_(journal), clock_(clock) {}

  void post(alert::Posted posted);
  /// Tries once more what the journal did not take.
  void retry();

 private:
  struct Waiting {
    alert::Posted posted;
    std::uint64_t number = 0;
    bool under_way = false;
  };
  void submit(const std::string& name, Waiting& waiting);
  void ended(const std::string& name, std::uint64_t number, const std::string& fault);

  journal::Journal& journal_;
  Clock& clock_;
  // Guards what follows: it is touched a few times a minute, and on the writer's thread
  std::mutex mutex_;
  std::map<std::string, Waiting> waiting_;  // by alertname
  std::uint64_t numbers_ = 0;
};

}  // namespace alarum::app
