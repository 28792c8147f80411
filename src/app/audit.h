#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "alert/posted.h"
#include "api/routes.h"
#include "app/standing.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/snapshot.h"
#include "http/completion.h"
#include "tools/balance.h"

namespace alarum::app {

/// Counts once a minute, and whenever it is asked, whether everything is accounted for (DESIGN promise 5): what the journal took in against what
/// the engine stepped, what was to be told against its ends. Reads the book by a connection of its own, on a thread of its own: it delays nobody.
/// While the sums do not add up the alert AlarumLedgerUnbalanced stands, by the same door as alerts that are posted. A wall clock that went back is made known
/// there too, by AlarumClockWentBack: for a day, because nothing else is wrong from then on. So are
/// the parts that the readiness page warns of, all in one, by AlarumDegraded, once they have been so for a minute.
class Audit {
 public:
  using Answer = http::Completion<Result<api::Page>>;
  /// How often the wall clock went back since the start, the start included, and how far the last time.
  struct ClockBack {
    std::uint64_t times = 0;
    Duration by{};
  };
  struct Ports {
    std::function<Result<tools::Balance>()> count;       ///< both counts; may take seconds
    std::function<void(alert::Posted)> post;             ///< an alert that no rule is needed for
    std::function<void()> retry;                         ///< tries again what could not be posted
    std::function<ClockBack()> clock_back;
    std::function<std::vector<std::string>()> degraded;  ///< parts that do not work as they should, a sentence each
    std::function<void()> watch_targets;                 ///< looks whether targets take what they are sent
  };
  Audit(Clock& clock, Ports ports) : clock_(clock), ports_(std::move(ports)), questions_(1) {}
  ~Audit() { stop(); }

  void start();
  /// Takes no more questions; does not wait.
  void begin_stop() { questions_.close(); }
  void stop();
  /// Completes with the next count; those who wait together share one. Error also `stopping`. Any thread.
  void show(Answer answer);
  /// The newest count; nullptr: none yet. Any thread.
  std::shared_ptr<const tools::Balance> latest() const { return latest_.get(); }

 private:
  void run();
  Result<tools::Balance> count();
  void tell(const std::vector<std::string>& faults);
  void announce_clock();
  void announce_degraded();

  Clock& clock_;
  const Ports ports_;
  Channel<Answer> questions_;
  std::uint64_t clock_backs_ = 0;  // that were made known
  Standing unbalanced_, degraded_{std::chrono::minutes(1)};
  Snapshot<tools::Balance> latest_;
  std::thread thread_;
};

/// AlarumLedgerUnbalanced as it is posted. `over`: it has ended then.
alert::Posted unbalanced_alert(const std::vector<std::string>& faults, Time since, std::optional<Time> over);
/// AlarumClockWentBack as it is posted: it ends by itself.
alert::Posted clock_alert(Duration by, Time now);

}  // namespace alarum::app
