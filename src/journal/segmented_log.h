#pragma once
#include <array>
#include <atomic>
#include <future>
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

/// The journal of one machine: a writer's thread around Log, and a sealer's thread that compresses full segments and, once after
/// the start, reads what was sealed before for damage.
class SegmentedLog final : public Journal {
 public:
  /// Takes committed records on the writer's thread, in offset order; may wait.
  using Sink = std::function<void(std::vector<model::Record>)>;

  /// Recovers what is on disk. Nothing is written before start().
  static Result<std::unique_ptr<SegmentedLog>> open(Options options, FileSystem& files, Clock& clock);
  ~SegmentedLog() override { stop(); }

  /// See Log::raise_to. Before start() only.
  void raise_to(model::Offset offset) { log_->raise_to(offset); }
  void expect_from(model::Offset offset) { log_->expect_from(offset); }
  /// Writes the start record and begins to take submissions. Error: the start record could not be written.
  Result<void> start(Sink sink);
  /// Commits what is queued, writes the stop record, ends the threads. Later submissions are refused.
  void stop();

  bool submit(Submission submission) override;
  void count_rejected(std::uint64_t events) override { rejected_ += events; }
  Result<model::Offset> control(model::Payload payload, GenerationText generation) override;
  bool submit_control(model::Payload payload, std::function<void(Result<model::Offset>)> done) override;
  void set_next_due(std::optional<Time> due) override;
  void set_processed(model::Offset below) override { processed_ = below; }
  void set_checkpointed(model::Offset below) override { checkpointed_ = below; }

  const Log& log() const { return *log_; }  ///< before start() only: afterwards it is the writer's
  Stats stats() const;

 private:
  struct Control {
    model::Payload payload;
    std::function<void(Result<model::Offset>)> done;
  };
  struct Wake {};  // a timer is due sooner than the writer knew
  using Item = std::variant<Submission, std::shared_ptr<Control>, Wake>;

  SegmentedLog(std::unique_ptr<Log> log, FileSystem& files, Clock& clock);
  void run();
  void work_through(std::vector<Item>& items);
  void commit(std::vector<Submission>& group);
  void commit(Control& control);
  Result<void> write_control(model::Payload payload, model::Stamp stamp);
  void note_clock();
  void clock_went_back(Duration by);
  void tick_if_due();
  Time next_tick() const;
  void housekeeping();
  void publish();
  void take_rejected();
  std::chrono::nanoseconds patience();
  void seal_segments();
  void seal(SegmentInfo segment);
  void report(const std::vector<Corruption>& corruptions);

  std::unique_ptr<Log> log_;
  FileSystem& files_;
  Clock& clock_;
  EngineClock time_;
  Sink sink_;
  Channel<Item> queue_;
  std::thread writer_;
  std::atomic<std::uint64_t> rejected_ = 0;  // refused events that are not in the log's totals yet
  std::atomic<Time> next_due_ = Time::max();
  std::atomic<bool> woken_ = false;                // a Wake is in the queue: one at a time
  std::atomic<model::Offset> processed_ = 0;
  std::atomic<model::Offset> checkpointed_ = 0;
  TickSchedule ticks_;
  std::chrono::nanoseconds last_housekeeping_{};

  // The sealer: one segment at a time, handed over and back under the mutex (two threads and one slot; a channel would add a third state).
  std::thread sealer_;
  std::mutex seal_mutex_;
  std::condition_variable seal_wanted_;
  std::optional<SegmentInfo> to_seal_;
  std::optional<SegmentInfo> sealed_;
  bool sealing_ends_ = false;
  std::vector<SegmentInfo> to_scan_;       // sealed ones of earlier runs; the sealer's own once it runs
  std::set<std::string> reported_;         // damage that the log has told; start()'s, then the sealer's own

  std::mutex generations_mutex_;  // held from the storing of a generation until its record is written: what nothing names yet is not deleted meanwhile
  mutable std::mutex stats_mutex_;  // guards stats_: written once a group, read by the metrics page
  Stats stats_;
};

}  // namespace alarum::journal
