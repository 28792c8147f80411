#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/stats.h"
#include "journal/view.h"
#include "model/identity.h"
#include "model/record.h"

namespace alarum::journal {

/// One event to commit and what the generation at its arrival made of it.
struct Item {
  model::Event event;
  std::optional<model::Hits> hits;
  /// What it is recognised by, but for the time, where its sender has found that already; else the
  /// writer does.
  std::optional<model::SeenAs> seen = {};
};

/// What became of one item, once its commit is over.
struct Outcome {
  /// (source, id) was committed before, or stands earlier in the same commit.
  bool duplicate = false;
  model::Offset offset = 0;  ///< of the first committed copy; 0 and meaningless for `unwritten`
  bool unwritten = false;    ///< keep: matched, and nothing matched
};

/// Several events that one sender waits for.
struct Submission {
  std::vector<Item> items;
  /// Called once, on the writer's thread: after the commit is on disk, or with why it is not
  /// (`disk_full`, `journal_full`, `io_error`, `stopping`). Must not block.
  std::function<void(Result<std::vector<Outcome>>)> done;
};

/// What a Reload names: the generation's text, and the file that is part of it, if any. Views, for
/// the time of the call.
struct GenerationText {
  std::string_view text;
  std::string_view attached_hash = {}, attached = {};
};

/// What both clocks showed at one moment.
struct ClockLook {
  std::chrono::nanoseconds monotonic;
  Time wall;
};

/// What a journal held when it was opened.
struct Opened {
  model::Offset first_offset = 0, end_offset = 0;  ///< records [first, end)
  /// Of the rules in force, SHA-256; empty where there are none, or where their text is gone.
  std::string generation_hash;
  Totals totals;  ///< at its end
  std::vector<Unreadable> damage = {};
};

/// A checkpoint that is being written, in parts; one at a time. Nothing is found of it before
/// finish(), whatever happens. One thread has it; its journal outlives it.
class CheckpointDraft {
 public:
  virtual ~CheckpointDraft() = default;
  /// Error: it is of no use any more, and is to be given up.
  virtual Result<void> add(std::string_view part) = 0;
  /// A crash leaves it whole or not at all. Then deletes older ones, but for a few.
  virtual Result<void> finish() = 0;
  /// Gives its room back. Who neither finishes it nor gives it up leaves the room to the next one.
  virtual void give_up() = 0;
};

/// The log of what happened (DESIGN §3, §13) and what is kept beside it, for the process that
/// writes it: the only door to them for other stages. Who only reads has view(), or opens one
/// without a writer. Nobody learns of files, so that a distributed log can stand in the place of
/// the embedded one, which journal/embedded.h opens. Opening is the fence: while the object lives
/// no other process writes. Before begin() no record is written, and the start says what it knows
/// from offload (raise_to(), expect_from()). From begin() on, submissions, control records and
/// the journal's own (ticks, steps of the clock) get offsets and stamps in the order in which they
/// are written, and the sink has them, a commit at a time, once they are durable. No record goes
/// that is not processed and in a checkpoint. close() lets what waits be written; then the journal
/// ends.
class Journal {
 public:
  virtual ~Journal() = default;

  /// What it holds, to read. It lives as long as the journal. Any thread.
  virtual JournalView& view() = 0;

  /// What it holds, with what raise_to() and expect_from() have found. Before begin() only.
  virtual Opened opened() const = 0;
  /// What was processed below `offset` was durable once: if the journal ends before it, the rest
  /// was lost. That is reported, and no offset is given a second time. Before begin() only.
  virtual void raise_to(model::Offset offset) = 0;
  /// Engine time begins at `at`, or later: a checkpoint may know of records that the journal has
  /// lost, and what its timers wait for must not move away from them. Before begin() only.
  virtual void raise_time_to(Time at) = 0;
  /// Records from `offset` on were not retention's to delete: if the journal begins later, they are
  /// missing, which is reported. Before begin() only.
  virtual void expect_from(model::Offset offset) = 0;
  /// Stores a generation, and its file first, so that a record can name it; where its text is gone
  /// or damaged it is written again. submit_control() does it for a Reload. Before begin() only.
  /// Errors: those of the disk.
  virtual Result<void> store_generation(const std::string& hash,
                                        const GenerationText& generation) = 0;

  /// Takes committed records, in offset order, within the writer's turn. Must not wait.
  using Sink = std::function<void(std::vector<model::Record>)>;
  /// Sees the clocks as the journal does: as it begins, and whenever the wall clock was stepped;
  /// before the sink takes records whose times by the wall clock (Record::arrived) are of that
  /// look. Must not wait.
  using ClockSink = std::function<void(const ClockLook&)>;
  /// Writes the start record; what was submitted before is committed by the first turn. Error: it
  /// could not be written. Submissions are then refused, turns do nothing, and all that is left is
  /// to destroy the object.
  virtual Result<void> begin(Sink sink, ClockSink clock_sink = {}) = 0;
  /// Starts threads that call the turns. After begin().
  virtual void start() = 0;
  /// Later submissions are refused. Turns commit what is queued, and then write the stop record.
  virtual void close() = 0;
  /// Closes, and waits for the threads. Without threads nothing is written: see turn().
  virtual void stop() = 0;

  /// One turn of the writer: waits at most `most` for something to do, does all that is there.
  /// False: it was closed, all is written, it has ended. One thread.
  virtual bool turn(std::chrono::nanoseconds most) = 0;
  /// How long the writer has nothing to do unless something comes. The same thread.
  virtual std::chrono::nanoseconds patience() const = 0;
  /// One piece of the work on what was written before, such as compressing it or looking for
  /// damage; waits at most `most` for one. False: there is none. One thread, the writer's or
  /// another.
  virtual bool upkeep_turn(std::chrono::nanoseconds most = {}) = 0;
  /// How long upkeep_turn() has nothing to do unless something comes. For whoever calls it.
  virtual std::chrono::nanoseconds upkeep_patience() const = 0;

  /// Any thread. False when the queue is full: nothing was taken, `done` is not called, the sender
  /// is told 429.
  virtual bool submit(Submission submission) = 0;
  /// So many events were refused before they came here: they enter the totals only, at once. Any
  /// thread.
  virtual void count_rejected(std::uint64_t events) = 0;
  /// Commits a control record. For a Reload (one at a time) the generation is stored first, on the
  /// caller's thread. `done` is called once, on the writer's thread, and must not block; with the
  /// error of a generation that could not be stored, on the caller's. False once closed: `done` is
  /// then not called. Any thread.
  using ControlDone = std::function<void(Result<model::Offset>)>;
  virtual bool submit_control(model::Payload payload, GenerationText generation,
                              ControlDone done) = 0;
  /// The engine's next timer: a tick is due when engine time reaches it and nothing else arrives.
  /// Any thread.
  virtual void set_next_due(std::optional<Time> due) = 0;

  /// Retention may delete records below min(processed, checkpointed). Any thread.
  virtual void set_processed(model::Offset below) = 0;
  virtual void set_checkpointed(model::Offset below) = 0;

  /// Begins a checkpoint: what the engine remembers after every record below `offset`. One thread.
  virtual Result<std::unique_ptr<CheckpointDraft>> begin_checkpoint(model::Offset offset) = 0;
  /// `sync` makes durable what no checkpoint is of use without: it has succeeded before one counts.
  /// It is called on the thread of finish(). To be said before the first checkpoint.
  virtual void checkpoints_rely_on(std::function<Result<void>()> sync) = 0;

  /// Health and figures. Any thread.
  virtual Stats stats() const = 0;
};

}  // namespace alarum::journal
