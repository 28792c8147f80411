#pragma once
#include <atomic>
#include <set>
#include <thread>
#include <variant>

#include "base/channel.h"
#include "journal/checkpoints.h"
#include "journal/engine_clock.h"
#include "journal/folder_view.h"
#include "journal/generations.h"
#include "journal/log.h"
#include "journal/tick_schedule.h"

namespace alarum::journal {

/// A wall clock that goes back by more than this is more than somebody's correction: it was wrong.
constexpr Duration kClockWasWrong = std::chrono::minutes(1);

/// The embedded journal, of one machine: Log, and who writes and who seals, in turns. The writer
/// alone touches the log; the sealer compresses full segments and, once after the start, reads what
/// was sealed before for damage. start() gives each a thread that calls its turns; whoever calls
/// them himself needs no thread.
class SegmentedLog final : public Journal {
 public:
  /// Recovers what is on disk. Nothing is written before begin().
  static Result<std::unique_ptr<SegmentedLog>> open(Options options, FileSystem& files,
                                                    Clock& clock);
  ~SegmentedLog() override { stop(); }

  JournalView& view() override { return view_; }
  Opened opened() const override;
  void raise_to(model::Offset offset) override { log_->raise_to(offset); }
  void raise_time_to(Time at) override;
  void expect_from(model::Offset offset) override { log_->expect_from(offset); }
  Result<void> store_generation(const std::string& hash, const GenerationText& generation) override;
  Result<void> begin(Sink sink, ClockSink clock_sink = {}) override;
  /// Starts both threads.
  void start() override;
  void close() override;
  void stop() override;

  bool turn(std::chrono::nanoseconds most) override;
  std::chrono::nanoseconds patience() const override;
  /// Seals or scans one segment; it waits for one to seal.
  bool upkeep_turn(std::chrono::nanoseconds most = {}) override;
  std::chrono::nanoseconds upkeep_patience() const override;

  bool submit(Submission submission) override;
  void count_rejected(std::uint64_t events) override { rejected_ += events; }
  bool submit_control(model::Payload payload, GenerationText generation, ControlDone done) override;
  void set_next_due(std::optional<Time> due) override;
  void set_processed(model::Offset below) override { processed_ = below; }
  void set_checkpointed(model::Offset below) override { checkpointed_ = below; }

  Result<std::unique_ptr<CheckpointDraft>> begin_checkpoint(model::Offset offset) override;
  void checkpoints_rely_on(std::function<Result<void>()> sync) override;
  Stats stats() const override;

  const Log& log() const { return *log_; }  ///< before start() only: afterwards it is the writer's

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
  void begin_naming();
  void end_naming();
  bool prune();

  std::unique_ptr<Log> log_;
  FileSystem& files_;
  FolderView view_;
  Checkpoints checkpoints_;
  Clock& clock_;
  EngineClock time_;
  Time known_until_ = Time::min();  // by raise_time_to()
  Sink sink_;
  ClockSink clock_sink_;
  Channel<Item> queue_;
  std::thread writer_;
  std::atomic<std::uint64_t> rejected_ = 0;  // refused events that are not in the log's totals yet
  std::atomic<Time> next_due_ = Time::max();
  std::atomic<bool> woken_ = false;  // a Wake is in the queue: one at a time
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
  // Sealed ones of earlier runs; begin()'s, then the sealer's own
  std::vector<SegmentInfo> to_scan_;
  // Damage that the log has reported; begin()'s, then the sealer's own
  std::set<std::string> reported_;

  // Guards naming_: generations whose text is being stored or stands on disk already, but that no
  // record names yet. While there is one, none is deleted: the count must not change between the
  // look at it and the deletion, which a channel cannot promise.
  std::mutex naming_mutex_;
  std::size_t naming_ = 0;
  mutable std::mutex stats_mutex_;  // guards stats_: written once a group, read by the metrics page
  Stats stats_;
};

}  // namespace alarum::journal
