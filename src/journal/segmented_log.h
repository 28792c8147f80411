#pragma once
#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <variant>

#include "base/channel.h"
#include "journal/engine_clock.h"
#include "journal/generations.h"
#include "journal/log.h"
#include "journal/tick_schedule.h"

namespace alarum::journal {

/// Upper bounds of the buckets in which sync times are counted, in seconds.
constexpr std::array<double, 10> kSyncBuckets{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1.0};

/// A wall clock that goes back by more than this is more than somebody's correction: it was wrong.
constexpr Duration kClockWasWrong = std::chrono::minutes(1);

/// A moment's view for the metrics; taken under the writer's own lock-free publication, so values may be a group apart.
struct Stats {
  Totals totals;
  std::uint64_t commits = 0, failed_commits = 0, bytes_on_disk = 0, segments = 0, dedup_size = 0, queued = 0;
  model::Offset end_offset = 0;
  double dedup_window_seconds = 0, sync_seconds = 0;
  std::array<std::uint64_t, kSyncBuckets.size() + 1> syncs{};  ///< by bucket, the last for what is slower
  Duration clock_ahead{};          ///< of engine time before the wall clock (model::Stamp)
  Duration clock_back{};           ///< how far the wall clock went back, when it last did by more than kClockWasWrong since the start
  std::uint64_t clock_backs = 0;   ///< how often it did
  bool full = false;               ///< the last commit failed for want of room
  std::uint64_t corruptions = 0;   ///< damaged places found since the start
};

/// The journal of one machine: Log, and who writes and who seals, in turns. The writer alone touches the log; the sealer compresses full segments and, once after
/// the start, reads what was sealed before for damage. start() gives each a thread that calls its turns; whoever calls them himself needs no thread.
class SegmentedLog final : public Journal {
 public:
  /// Takes committed records, in offset order, within the writer's turn. Must not wait.
  using Sink = std::function<void(std::vector<model::Record>)>;
  /// Sees the clocks as the journal does: as it begins, and whenever the wall clock was stepped;
  /// before it takes records whose times by the wall clock (Record::arrived) are of that look. Must
  /// not wait.
  using ClockSink = std::function<void(const EngineClock::Look&)>;

  /// Recovers what is on disk. Nothing is written before begin().
  static Result<std::unique_ptr<SegmentedLog>> open(Options options, FileSystem& files, Clock& clock);
  ~SegmentedLog() override { stop(); }

  /// See Log::raise_to. Before begin() only.
  void raise_to(model::Offset offset) { log_->raise_to(offset); }
  /// Engine time begins at `at`, or later: a checkpoint may know of records that the journal has
  /// lost, and what its timers wait for must not move away from them. Before begin() only.
  void raise_time_to(Time at);
  void expect_from(model::Offset offset) { log_->expect_from(offset); }
  /// Writes the start record; what was submitted before is committed by the first turn. Error: it could not be written. Submissions are then refused, turns do
  /// nothing, and all that is left is to destroy the object.
  Result<void> begin(Sink sink, ClockSink clock_sink = {});
  /// Starts both threads. After begin().
  void start();
  /// Later submissions are refused. Turns commit what is queued, and then write the stop record.
  void close();
  /// Closes, and waits for both threads. Without threads nothing is written: see turn().
  void stop();

  /// One turn of the writer: waits at most `most` for something to do, does all that is there. False: it was closed, all is written, it has ended. One thread.
  bool turn(std::chrono::nanoseconds most);
  /// How long the writer has nothing to do unless something comes. The same thread.
  std::chrono::nanoseconds patience() const;
  /// Seals or scans one segment, waits at most `most` for one to seal. False: none waits. One thread, the writer's or another.
  bool seal_turn(std::chrono::nanoseconds most = {});
  /// How long seal_turn() has nothing to do unless something comes. For whoever calls it.
  std::chrono::nanoseconds seal_patience() const;

  bool submit(Submission submission) override;
  void count_rejected(std::uint64_t events) override { rejected_ += events; }
  bool submit_control(model::Payload payload, GenerationText generation, ControlDone done) override;
  void set_next_due(std::optional<Time> due) override;
  void set_processed(model::Offset below) override { processed_ = below; }
  void set_checkpointed(model::Offset below) override { checkpointed_ = below; }

  const Log& log() const { return *log_; }  ///< before start() only: afterwards it is the writer's
  Stats stats() const;

 private:
  struct Control {
    model::Payload payload;
    ControlDone done;
  };
  struct Wake {};  // a timer is due sooner than the writer knew
  using Item = std::variant<Submission, std::shared_ptr<Control>, Wake>;

  SegmentedLog(std::unique_ptr<Log> log, FileSystem& files, Clock& clock);
  void end();
  void run_sealer();
  void work_through(std::vector<Item>& items);
  void commit(std::vector<Submission>& group);
  void commit(Control& control);
  Result<void> write_control(model::Payload payload, model::Stamp stamp);
  void note_clock();
  void clock_went_back(Duration by);
  void tick_if_due();
  Time next_tick() const;
  void housekeeping();
  void exchange_with_sealer();
  void retire();
  void publish();
  void take_rejected();
  SegmentInfo seal(SegmentInfo segment);
  void report(const std::vector<Corruption>& corruptions);
  Result<void> store(const std::string& hash, const GenerationText& generation);
  void begin_naming();
  void end_naming();
  bool prune();

  std::unique_ptr<Log> log_;
  FileSystem& files_;
  Clock& clock_;
  EngineClock time_;
  Time known_until_ = Time::min();  // by raise_time_to()
  Sink sink_;
  ClockSink clock_sink_;
  Channel<Item> queue_;
  std::thread writer_;
  std::atomic<std::uint64_t> rejected_ = 0;  // refused events that are not in the log's totals yet
  std::atomic<Time> next_due_ = Time::max();
  std::atomic<bool> woken_ = false;                // a Wake is in the queue: one at a time
  std::atomic<model::Offset> processed_ = 0;
  std::atomic<model::Offset> checkpointed_ = 0;
  TickSchedule ticks_;
  std::chrono::nanoseconds last_housekeeping_{};
  bool begun_ = false, ended_ = false;  // the writer's
  bool prune_due_ = false;              // segments went since generations were pruned

  // One segment at a time goes to the sealer and comes back.
  Channel<SegmentInfo> to_seal_{1}, sealed_{1};
  bool sealing_ = false;  // one is on its way; the writer's
  std::thread sealer_;
  std::atomic<bool> sealing_ends_ = false;
  std::vector<SegmentInfo> to_scan_;  // sealed ones of earlier runs; begin()'s, then the sealer's own
  std::set<std::string> reported_;    // damage that the log has reported; begin()'s, then the sealer's own

  // Guards naming_: generations whose text is being stored or stands on disk already, but that no record names yet. While there is one, none is deleted: the
  // count must not change between the look at it and the deletion, which a channel cannot promise.
  std::mutex naming_mutex_;
  std::size_t naming_ = 0;
  mutable std::mutex stats_mutex_;  // guards stats_: written once a group, read by the metrics page
  Stats stats_;
};

}  // namespace alarum::journal
