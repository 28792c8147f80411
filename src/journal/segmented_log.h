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

/// If the wall clock goes back by more than this, it is counted and shown in the metrics, because
/// it was wrong before or is wrong now. Smaller steps are corrections.
constexpr Duration kClockWasWrong = std::chrono::minutes(1);

/// The embedded journal: a Log, with one writer and one sealer that work in turns. Only the writer
/// touches the Log after start(). The sealer compresses full segments and, once after the start,
/// checks the segments of earlier runs for damage. start() makes a thread for each of them
/// (`journal-writer`, `journal-sealer` with nice 10); a simulator calls the turns itself and needs
/// no thread. The contract of each call is in journal/journal.h.
class SegmentedLog final : public Journal {
 public:
  /// Recovers what is on disk (Log::open() has the errors). No record is written before begin().
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
  /// Seals one segment, or scans one for damage. A segment to be sealed comes first.
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

  const Log& log() const { return *log_; }  ///< before start() only: afterwards the writer has it

 private:
  // A control record that waits for the writer.
  struct Control {
    model::Payload payload;
    ControlDone done;
  };
  struct Wake {};  // a timer is due sooner than the writer has planned for
  using Item = std::variant<Submission, std::shared_ptr<Control>, Wake>;

  SegmentedLog(std::unique_ptr<Log> log, FileSystem& files, Clock& clock);
  // What the writer does in turn(), on its thread.
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
  // What the sealer does, on its thread; report() also runs in begin().
  void take_rejected();
  SegmentInfo seal(SegmentInfo segment);
  void report(const std::vector<Corruption>& corruptions);
  // The count of generations that are stored and not named yet: see naming_.
  void begin_naming();
  void end_naming();
  bool prune();

  std::unique_ptr<Log> log_;
  FileSystem& files_;
  FolderView view_;
  Checkpoints checkpoints_;
  Clock& clock_;
  EngineClock time_;
  Time known_until_ = Time::min();  // what raise_time_to() was given
  Sink sink_;
  ClockSink clock_sink_;
  Channel<Item> queue_;
  std::thread writer_;
  std::atomic<std::uint64_t> rejected_ = 0;  // refused events that are not in the Log's totals yet
  std::atomic<Time> next_due_ = Time::max();
  std::atomic<bool> woken_ = false;  // a Wake is in the queue, so no second one is needed
  std::atomic<model::Offset> processed_ = 0;
  std::atomic<model::Offset> checkpointed_ = 0;
  TickSchedule ticks_;
  std::chrono::nanoseconds last_housekeeping_{};
  bool begun_ = false, ended_ = false;  // the writer's
  bool prune_due_ = false;              // segments were deleted since the last prune()

  // One segment at a time goes to the sealer and comes back.
  Channel<SegmentInfo> to_seal_{1}, sealed_{1};
  bool sealing_ = false;  // one is with the sealer; the writer's
  std::thread sealer_;
  std::atomic<bool> sealing_ends_ = false;
  // Sealed segments of earlier runs that are still to be scanned; filled by begin(), then the
  // sealer's.
  std::vector<SegmentInfo> to_scan_;
  // Damage that was logged already, by its text; begin()'s, then the sealer's.
  std::set<std::string> reported_;

  // Guards naming_, which counts generations whose text is being stored, or stored, while no record
  // names them yet. No generation is deleted while the count is above zero. The count must not
  // change between the check and the deletion, which a channel could not guarantee.
  std::mutex naming_mutex_;
  std::size_t naming_ = 0;
  mutable std::mutex stats_mutex_;  // guards stats_: written once a group, read by the metrics page
  Stats stats_;
};

}  // namespace alarum::journal
