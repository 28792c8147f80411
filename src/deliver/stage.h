#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "base/channel.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/snapshot.h"
#include "deliver/heartbeat.h"
#include "deliver/merge.h"
#include "deliver/queue.h"
#include "deliver/resend.h"
#include "deliver/target_quota.h"
#include "deliver/transport.h"

namespace alarum::deliver {

/// Settings of the delivery stage, and what it needs of other stages.
struct Options {
  /// Notifications in memory for all targets together, beyond each target's own share. The others
  /// wait in the book.
  std::size_t queue = 20'000;
  /// Notifications in memory for each target as its own share.
  std::size_t target_queue = 500;
  Duration backoff_first = std::chrono::seconds(1);  ///< see Queue::Options
  Duration backoff_most = std::chrono::minutes(5);
  /// Whether journal and engine make progress. A heartbeat is sent only then. Called on the
  /// delivery thread.
  std::function<bool()> alive = [] { return true; };
  /// Asks the engine for all alerts that fire and of which the target was notified. Called on the
  /// delivery thread and must not block. The answer comes by Stage::resend_all_firing().
  std::function<void(const Resend::Request&)> request_firing = [](const Resend::Request&) {};
};

/// The delivery thread: sends the notifications that the engine hands over, and has their receipts
/// recorded in the journal. Delivery is at least once: if no receipt is on disk, the notification
/// is sent again after a restart, under the same id. It works in turns: start() makes a thread for
/// them (`delivery`), a simulator calls them itself.
class Stage {
 public:
  /// Brings receipts to disk. It is called within turns, must not block, and gets one batch at a
  /// time. `done` is called once, on any thread, and says whether they are on disk. False: the
  /// journal is closed, and `done` is not called.
  using Record = std::function<bool(std::vector<model::Receipt>, std::function<void(bool)> done)>;
  /// Receipts in one batch, so that its record stays far below the limit of a frame.
  static constexpr std::size_t kMostReceipts = 1000;
  /// How long a receipt waits at most for others to be recorded with it.
  static constexpr std::chrono::milliseconds kReceiptsWait{100};

  /// `transport` must outlive the stage and every `done` that was handed to `record`. Nobody else
  /// uses it. `clock` and `random` outlive the stage.
  Stage(const Options& options, Clock& clock, Random& random, Transport& transport, Record record);
  ~Stage();

  /// One turn: waits at most `most` for something to do, then does it. False once it was closed and
  /// has ended.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() has nothing to do unless something comes. Same thread as turn().
  std::chrono::nanoseconds patience() const;
  /// Starts the thread that calls the turns.
  void start();
  /// The part of a config that concerns delivery.
  struct Config {
    std::vector<Target> targets;
    ComposeFor compose;  ///< composes the content of merged notifications
    std::optional<Target> heartbeat;
    Duration heartbeat_every{};  ///< zero: no heartbeats
  };
  /// Replaces the config at the next turn. Any thread.
  void configure(Config aims);
  /// The answer to Options::request_firing; an empty body means that nothing fires. Any thread.
  void resend_all_firing(const Resend::Request& request, std::string body);
  /// What the clocks showed when the following notifications were stamped. The thread that stamps
  /// them may have seen a step of the wall clock that no turn has seen. Any thread.
  void see_clocks(Moment moment);
  /// Any thread: `done` is called with the state of each target, on the thread of the turns and
  /// within one. False: the stage takes no orders any more, and `done` is not called.
  using TargetStates = std::vector<Queue::TargetState>;
  bool ask_targets(std::function<void(TargetStates)> done);
  /// How many more notifications for the target it accepts now; 0 while stopping. Any thread.
  std::size_t room(const std::string& target) const;
  /// How many notifications it has for each target, removed targets included; a target without any
  /// is left out. Any thread.
  std::map<std::string, std::size_t> held() const { return taken_.held(); }
  /// Accepts notifications that are all for one target, at most room() of them. Any thread.
  void take(std::vector<model::Notification> notifications);
  /// Sends nothing more. Turns wait until what is in flight has ended and its receipts are
  /// recorded, for at most `grace`. What waits stays in the book. Any thread.
  void close(std::chrono::milliseconds grace);
  /// Calls close() and joins the thread. Without a thread nothing more is done, as after a crash.
  void stop(std::chrono::milliseconds grace);

  /// Totals since the start; `waiting` and `in_flight` are the present numbers.
  struct Stats {
    std::uint64_t attempts = 0, delivered = 0, retried = 0, dead = 0, waiting = 0, in_flight = 0,
                  merged = 0, open_circuits = 0, heartbeats = 0, heartbeats_missed = 0;
  };
  Stats stats() const;  ///< any thread
  /// Queue::delays(). Any thread.
  HistogramValues delays() const { return queue_.delays().values(); }
  /// Consoles and files that accept nothing now, each with the reason. Any thread.
  std::vector<std::string> output_faults() const { return transport_.faults(); }
  /// As Queue::failing(); nullptr if there are none. Any thread.
  std::shared_ptr<const std::vector<Queue::Failing>> failing() const { return failing_.get(); }

 private:
  struct Taken {
    std::vector<model::Notification> notifications;
    Moment given;  // when they were handed over: a later step of the clock makes none older
  };
  // A list for a resend.
  struct Firing {
    Resend::Request request;
    std::string body;
  };
  struct AskTargets {
    std::function<void(TargetStates)> done;
  };
  using Order = std::variant<Taken, Config, Firing, Moment, AskTargets>;
  // What turn() does, in about this order: orders from other threads, the heartbeat, resends, what
  // the queue may send, and receipts.
  void obey(Order& order);
  void send_what_may_go();
  // An attempt for a notification of the outbox has ended; see ended() for all kinds of attempts.
  void end(std::uint64_t sequence, const Verdict& verdict);
  void reconfigure(Config& aims);
  void send_heartbeat();
  void advance_resends();
  void send_all_firing(Firing& firing);
  void ended(std::uint64_t sequence, const Verdict& verdict);
  void request_firing();
  void note_ended();
  void record_receipts();
  bool recorded(std::chrono::nanoseconds now);
  void submit_receipts(std::chrono::nanoseconds now);
  std::optional<std::chrono::nanoseconds> receipts_due() const;
  std::size_t unrecorded() const { return closed_ ? 0 : unrecorded_.size() + recording_.size(); }
  void show_failing();
  Moment now() { return {clock_.monotonic(), clock_.wall()}; }

  const Options options_;
  Clock& clock_;
  Random& random_;
  Transport& transport_;
  const Record record_;
  Channel<Order> orders_;
  Queue queue_;
  std::map<std::string, Target> targets_;
  ComposeFor compose_;
  std::optional<Target> heartbeat_target_;
  Heartbeat heartbeat_;
  Resend resend_;
  std::vector<model::Receipt> ended_;  ///< of this turn
  /// Receipts until they are on disk, in order; those in recording_ are being recorded. A target's
  /// quota is given back when its receipts are handed to the journal, because their record makes
  /// the engine look for more.
  std::vector<model::Receipt> recording_;
  std::deque<model::Receipt> unrecorded_;
  enum class Answer : std::uint8_t { none, done, failed };
  /// The answer of the journal. It is shared, because `done` may outlive the stage.
  std::shared_ptr<std::atomic<Answer>> answer_ =
      std::make_shared<std::atomic<Answer>>(Answer::none);
  std::chrono::nanoseconds record_at_{};  ///< when unrecorded_ is recorded at the latest; monotonic
  std::optional<std::chrono::nanoseconds> record_again_;  ///< when a failed batch is tried again
  bool closed_ = false;                                   ///< the journal takes no more receipts
  std::uint64_t noted_ = 0;  ///< receipts that were ever added to unrecorded_
  /// Requests of Resend, each with the value of noted_ that must be on disk first.
  std::deque<std::pair<std::uint64_t, Resend::Request>> requests_;
  Snapshot<std::vector<Queue::Failing>> failing_;
  TargetQuota taken_;
  bool begun_ = false, over_ = false;  ///< the first turn was made; the last one was
  std::atomic<bool> stopping_ = false;
  std::atomic<std::chrono::nanoseconds> drain_until_{};  ///< when a stop must end; monotonic
  std::atomic<std::uint64_t> attempts_ = 0, delivered_ = 0, retried_ = 0, dead_ = 0, in_flight_ = 0,
                             merged_ = 0, open_circuits_ = 0, beats_ = 0, missed_ = 0;
  std::thread thread_;
};

}  // namespace alarum::deliver
