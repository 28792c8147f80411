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

struct Options {
  /// Notifications taken from the outbox at a time, for all targets together; the others wait in
  /// the book.
  std::size_t queue = 20'000;
  /// As many more for each target alone.
  std::size_t target_queue = 500;
  Duration backoff_first = std::chrono::seconds(1);
  Duration backoff_most = std::chrono::minutes(5);
  /// Whether journal and engine make progress: the heartbeat is sent only then. Called on the
  /// delivery thread.
  std::function<bool()> alive = [] { return true; };
  /// Requests what fires and the target was notified of; must not block. Stage::resend_all_firing()
  /// brings it.
  std::function<void(const Resend::Request&)> request_firing = [](const Resend::Request&) {};
};

/// Sends what the outbox holds and has recorded how that ended. At least once: without a receipt on
/// disk the book hands it out again after a restart, under the same id. It goes by turns: start()
/// is a thread that takes them, a simulator takes them itself.
class Stage {
 public:
  /// Brings receipts to disk. Called within turns, must not block, and is asked for one batch at a
  /// time. `done` is called once, on any thread: whether they are there. False: nothing is taken
  /// any more, and `done` is not called.
  using Record = std::function<bool(std::vector<model::Receipt>, std::function<void(bool)> done)>;
  /// Receipts of one batch: a record of them stays well below a frame's limit.
  static constexpr std::size_t kMostReceipts = 1000;
  /// How long a receipt waits at most for others, to be recorded with them.
  static constexpr std::chrono::milliseconds kReceiptsWait{100};

  /// `transport` outlives the stage and whoever records, and is nobody else's meanwhile.
  Stage(const Options& options, Clock& clock, Random& random, Transport& transport, Record record);
  ~Stage();

  /// One turn: waits at most `most` for something to do, does what is there. False: it was closed
  /// and has ended.
  bool turn(std::chrono::nanoseconds most);
  /// How long there is nothing to do unless something comes.
  std::chrono::nanoseconds patience() const;
  /// A thread that takes the turns.
  void start();
  /// All that a config says of delivery.
  struct Config {
    std::vector<Target> targets;
    ComposeFor compose;  ///< makes the content of what stands for several notifications
    std::optional<Target> heartbeat;
    Duration heartbeat_every{};
  };
  /// Any thread.
  void configure(Config aims);
  /// Any thread: the answer to Options::request_firing; an empty body: nothing fires.
  void resend_all_firing(const Resend::Request& request, std::string body);
  /// Any thread: what the clocks showed when what comes from here on was stamped. Who stamps it may
  /// have seen the wall clock stepped where no turn of ours did.
  void see_clocks(Moment moment);
  /// How many more notifications for the target it takes now. Any thread.
  std::size_t room(const std::string& target) const;
  /// How many it has of each target, also of one that a reload took away; without those of which
  /// it has none. Any thread.
  std::map<std::string, std::size_t> held() const { return taken_.held(); }
  /// Any thread; all for one target, at most room() of them.
  void take(std::vector<model::Notification> notifications);
  /// Sends nothing more: turns let what is in flight end, and its receipts be recorded, until
  /// `grace` has passed; what waits stays in the book. Any thread.
  void close(std::chrono::milliseconds grace);
  /// Closes and joins the thread. Without one nothing more is done, as in a crash.
  void stop(std::chrono::milliseconds grace);

  struct Stats {
    std::uint64_t attempts = 0, delivered = 0, retried = 0, dead = 0, waiting = 0, in_flight = 0,
                  merged = 0, open_circuits = 0, heartbeats = 0, heartbeats_missed = 0;
  };
  Stats stats() const;
  /// Consoles and files that take nothing now, each with the reason. Any thread.
  std::vector<std::string> output_faults() const { return transport_.faults(); }
  /// As Queue::failing(); nullptr: none. Any thread.
  std::shared_ptr<const std::vector<Queue::Failing>> failing() const { return failing_.get(); }

 private:
  struct Taken {
    std::vector<model::Notification> notifications;
    Moment given;  // a clock that is set before the next turn makes none of them older
  };
  struct Firing {
    Resend::Request request;
    std::string body;
  };
  using Order = std::variant<Taken, Config, Firing, Moment>;
  void obey(Order& order);
  void send_what_may_go();
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
  std::vector<model::Receipt> ended_;  ///< in this turn
  /// How notifications ended, in order, until it is on disk: first what is being recorded. A
  /// target's room is given back as its receipts are handed on, for the record is what makes the
  /// engine look.
  std::vector<model::Receipt> recording_;
  std::deque<model::Receipt> unrecorded_;
  enum class Answer : std::uint8_t { none, done, failed };
  /// Of who records; shared with it, for it may outlive us.
  std::shared_ptr<std::atomic<Answer>> answer_ =
      std::make_shared<std::atomic<Answer>>(Answer::none);
  std::chrono::nanoseconds record_at_{};  ///< when unrecorded_ is recorded at the latest; monotonic
  std::optional<std::chrono::nanoseconds> record_again_;  ///< when what failed is tried again
  bool closed_ = false;                                   ///< nothing is recorded any more
  std::uint64_t noted_ = 0;  ///< receipts that came into unrecorded_, ever
  /// Of Resend, each with the receipts that are to be on disk before.
  std::deque<std::pair<std::uint64_t, Resend::Request>> requests_;
  Snapshot<std::vector<Queue::Failing>> failing_;
  TargetQuota taken_;
  bool begun_ = false, over_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::chrono::nanoseconds> drain_until_{};  ///< once stopping; monotonic
  std::atomic<std::uint64_t> attempts_ = 0, delivered_ = 0, retried_ = 0, dead_ = 0, in_flight_ = 0,
                             merged_ = 0, open_circuits_ = 0, beats_ = 0, missed_ = 0;
  std::thread thread_;
};

}  // namespace alarum::deliver
