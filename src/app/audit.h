#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "alert/posted.h"
#include "api/routes.h"
#include "app/standing.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/snapshot.h"
#include "tools/balance.h"

namespace alarum::app {

/// What the engine has stepped, as it finds between two steps.
struct Stepped {
  model::Offset below = 0;
  std::uint64_t events = 0;
  std::vector<std::string> unprocessed;  ///< the first of what it could not process, in words
};

/// Counts once a minute, and whenever it is asked, whether everything is accounted for (DESIGN
/// promise 5): what the journal took in against what the engine stepped, what was to be sent
/// against its ends. Reads the book by a connection of its own, on a thread of its own: it delays
/// nobody. While the sums do not add up the alert AlarumLedgerUnbalanced stands, by the same door
/// as alerts that are posted. A wall clock that went back is made known there too, by
/// AlarumClockWentBack: for a day, because nothing else is wrong from then on. So are the parts
/// that the readiness page warns of, all in one, by AlarumDegraded, once they have been so for a
/// minute.
class Audit {
 public:
  /// Called once, within a turn.
  using Answer = std::function<void(const Result<api::TextAndJson>&)>;
  /// How often the wall clock went back since the start, the start included, and how far the last
  /// time.
  struct ClockBack {
    std::uint64_t times = 0;
    Duration by{};
  };
  struct Ports {
    std::function<model::Offset()> end;  ///< of the journal
    /// Has the engine say what it has stepped, on its own thread; nullopt: it cannot. False: it
    /// takes no questions, and `done` is not called.
    std::function<bool(std::function<void(std::optional<Stepped>)> done)> ask_engine;
    /// Both counts; may read files. `end`: of the journal before the engine was asked.
    std::function<Result<tools::Balance>(model::Offset end, Stepped stepped)> count;
    std::function<void(alert::Posted)> post;  ///< an alert that no rule is needed for
    std::function<void()> retry;              ///< tries again what could not be posted
    std::function<ClockBack()> clock_back;
    /// Parts that do not work as they should, a sentence each.
    std::function<std::vector<std::string>()> degraded;
    std::function<void()> watch_targets;  ///< looks whether targets take what they are sent
  };
  /// `every`: between two counts that nobody asked for; `first`: before the first of them.
  Audit(Clock& clock, Ports ports, std::chrono::nanoseconds every = std::chrono::minutes(1),
        std::chrono::nanoseconds first = {})
      : clock_(clock),
        ports_(std::move(ports)),
        every_(every),
        channel_(1),
        next_(clock.monotonic() + first) {}
  ~Audit() { stop(); }

  /// The thread that calls the turns.
  void start();
  /// Takes no more questions; does not wait. Turns answer those that were asked.
  void close();
  void stop();
  /// Waits at most `most` for something to do, and does it. False: it was closed, everybody is
  /// answered, it has ended.
  bool turn(std::chrono::nanoseconds most);
  std::chrono::nanoseconds patience() const;

  /// Completes with the next count; those who wait together share one. Error also `stopping`. Any
  /// thread.
  void show(Answer answer);
  /// The newest count; nullptr: none yet. Any thread.
  std::shared_ptr<const tools::Balance> latest() const { return latest_.get(); }

 private:
  struct Wake {};
  struct FromEngine {
    std::uint64_t number;  // an answer that is late belongs to a count that is over
    std::optional<Stepped> stepped;
  };
  using Item = std::variant<Wake, Answer, FromEngine>;
  struct Count {
    std::vector<Answer> askers;
    model::Offset end = 0;  // of the journal, before the engine was asked
    std::chrono::nanoseconds began{};
    bool answered = false;
    std::optional<Stepped> stepped = {};
  };

  void take(Item& item);
  bool is_due() const { return !waiting_.empty() || clock_.monotonic() >= next_; }
  void begin_count();
  void end_count();
  Result<tools::Balance> counted();
  void tell(const std::vector<std::string>& faults);
  void announce_clock();
  void announce_degraded();

  Clock& clock_;
  const Ports ports_;
  const std::chrono::nanoseconds every_;
  Channel<Item> channel_;
  std::atomic<bool> closing_ = false;
  std::vector<Answer> waiting_;  // for a count that has not begun
  std::optional<Count> count_;   // that waits for the engine
  std::uint64_t number_ = 0;     // of the newest count
  std::chrono::nanoseconds next_;
  std::uint64_t clock_backs_ = 0;  // that were made known
  Standing unbalanced_, degraded_{std::chrono::minutes(1)};
  Snapshot<tools::Balance> latest_;
  std::thread thread_;
};

/// AlarumLedgerUnbalanced as it is posted. `over`: it has ended then.
alert::Posted unbalanced_alert(const std::vector<std::string>& faults, Time since,
                               std::optional<Time> over);
/// AlarumClockWentBack as it is posted: it ends by itself.
alert::Posted clock_alert(Duration by, Time now);

}  // namespace alarum::app
