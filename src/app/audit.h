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

/// What the engine has stepped, as seen between two steps.
struct Stepped {
  model::Offset below = 0;               ///< every record below this offset
  std::uint64_t events = 0;              ///< events among them, since counting began
  std::vector<std::string> unprocessed;  ///< the first records that it could not process, in words
};

/// Checks once a minute, and whenever it is asked, that every event and every notification is
/// accounted for: what the journal has stored against what the engine has stepped, and what was to
/// be sent against how it ended. It has a thread (`audit`) and a connection to the book of its own,
/// so it delays no other part. Owned by Core.
///
/// It also raises built-in alerts, which enter the journal like alerts that are posted:
/// AlarumLedgerUnbalanced while the sums do not agree; AlarumClockWentBack for a day after the wall
/// clock went back; AlarumDegraded, one for all parts that the readiness page warns of, once that
/// has lasted for a minute.
class Audit {
 public:
  /// Gets the result of a count. Called once, on the audit's thread.
  using Answer = std::function<void(const Result<api::TextAndJson>&)>;
  /// How often the wall clock went back since (and at) the start, and how far the last time.
  struct ClockBack {
    std::uint64_t times = 0;
    Duration by{};
  };
  /// What the audit needs from the other parts. All are called on the audit's thread.
  struct Ports {
    std::function<model::Offset()> end;  ///< the end offset of the journal
    /// Asks the engine what it has stepped. `done` is called on the engine's thread, with nullopt
    /// if it cannot tell. False: the engine takes no questions, and `done` is not called.
    std::function<bool(std::function<void(std::optional<Stepped>)> done)> ask_engine;
    /// Makes both counts; may read files. `end`: the end of the journal before the engine was
    /// asked.
    std::function<Result<tools::Balance>(model::Offset end, Stepped stepped)> count;
    std::function<void(alert::Posted)> post;  ///< posts a built-in alert
    std::function<void()> retry;              ///< posts again what the journal did not accept
    std::function<ClockBack()> clock_back;
    /// Parts that do not work as they should, a sentence each.
    std::function<std::vector<std::string>()> degraded;
    std::function<void()> watch_targets;  ///< checks whether targets accept notifications
  };
  /// `every`: the time between two regular counts; it grows to 20 times what a count takes.
  /// `first`: the time before the first one.
  Audit(Clock& clock, Ports ports, std::chrono::nanoseconds every = std::chrono::minutes(1),
        std::chrono::nanoseconds first = {})
      : clock_(clock),
        ports_(std::move(ports)),
        every_(every),
        channel_(1),
        next_(clock.monotonic() + first) {}
  ~Audit() { stop(); }

  /// Starts the thread `audit`. Not together with turn().
  void start();
  /// Accepts no more questions. Does not wait; later turns answer those that were asked. Any
  /// thread.
  void close();
  /// Closes and joins the thread.
  void stop();
  /// Waits at most `most` for something to do, and does it. False once it was closed and everyone
  /// is answered.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() may wait.
  std::chrono::nanoseconds patience() const;

  /// Answers with the next count; all that wait share one. Errors: `busy` if the engine does not
  /// answer within 5 s, `stopping`, those of the count. Any thread.
  void show(Answer answer);
  /// The newest count; nullptr if there is none yet. Any thread.
  std::shared_ptr<const tools::Balance> latest() const { return latest_.get(); }

 private:
  struct Wake {};
  struct FromEngine {
    std::uint64_t number;  // of the count; a late answer belongs to one that is over
    std::optional<Stepped> stepped;
  };
  using Item = std::variant<Wake, Answer, FromEngine>;
  // A count that waits for the engine.
  struct Count {
    std::vector<Answer> askers;
    model::Offset end = 0;  // of the journal, before the engine was asked
    std::chrono::nanoseconds began{};
    bool answered = false;  // by the engine, whatever it said
    std::optional<Stepped> stepped = {};
  };

  void take(Item& item);
  // Whether a count must begin: somebody waits for one, or its time has come.
  bool is_due() const { return !waiting_.empty() || clock_.monotonic() >= next_; }
  // Posts built-in alerts, then asks the engine.
  void begin_count();
  // The engine has answered, or its time is over: counts, and answers everyone.
  void end_count();
  Result<tools::Balance> counted();
  // These three post or end AlarumLedgerUnbalanced, AlarumClockWentBack and AlarumDegraded.
  void tell(const std::vector<std::string>& faults);
  void announce_clock();
  void announce_degraded();

  Clock& clock_;
  const Ports ports_;
  const std::chrono::nanoseconds every_;
  Channel<Item> channel_;
  std::atomic<bool> closing_ = false;
  std::vector<Answer> waiting_;    // they wait for a count that has not begun
  std::optional<Count> count_;     // the count under way
  std::uint64_t number_ = 0;       // of the newest count
  std::chrono::nanoseconds next_;  // when the next regular count is due (Clock::monotonic)
  std::uint64_t clock_backs_ = 0;  // ClockBack::times when it was last announced
  Standing unbalanced_, degraded_{std::chrono::minutes(1)};
  Snapshot<tools::Balance> latest_;
  std::thread thread_;
};

/// The alert AlarumLedgerUnbalanced. `over`: when it ended; nullopt while it fires.
alert::Posted unbalanced_alert(const std::vector<std::string>& faults, Time since,
                               std::optional<Time> over);
/// The alert AlarumClockWentBack, which ends by itself after a day.
alert::Posted clock_alert(Duration by, Time now);

}  // namespace alarum::app
