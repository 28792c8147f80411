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

/// One event to commit, and which rules it matched when it arrived.
struct Item {
  model::Event event;
  /// Matches under the generation that was in force at arrival; the writer drops nothing if that is
  /// no longer in force when the event is committed. nullopt: the event was not matched.
  std::optional<model::Hits> hits;
  /// The event's identities, if the sender's thread has computed them already; else the writer
  /// computes them. The writer sets the time in them.
  std::optional<model::SeenAs> seen = {};
};

/// What became of one item in its commit.
struct Outcome {
  /// An event of the same identity was committed before, or stands earlier in the same commit.
  bool duplicate = false;
  /// Of this event's record; for a duplicate, of the copy in the same commit, else 0. 0 and
  /// meaningless for `unwritten`.
  model::Offset offset = 0;
  bool unwritten = false;  ///< acknowledged and not written (`keep: matched`): no rule matched it
};

/// Several events with one answer, such as the events of one HTTP request. They are committed in
/// one frame or not at all.
struct Submission {
  std::vector<Item> items;
  /// Called once on the writer's thread: with one outcome for each item after the commit is on
  /// disk, or with the reason why it failed (`disk_full`, `journal_full`, `io_error`). Must not
  /// block.
  std::function<void(Result<std::vector<Outcome>>)> done;
};

/// The text of the generation that a Reload record names, and the inventory that is part of it, if
/// there is one. The views need to be valid only during the call.
struct GenerationText {
  std::string_view text;
  std::string_view attached_hash = {}, attached = {};
};

/// What the monotonic and the wall clock showed at the same moment.
struct ClockLook {
  std::chrono::nanoseconds monotonic;
  Time wall;
};

/// What a journal contained when it was opened.
struct Opened {
  model::Offset first_offset = 0, end_offset = 0;  ///< records [first, end)
  /// SHA-256 of the generation in force, 64 hex digits. Empty if there is none, or if its file is
  /// gone.
  std::string generation_hash;
  Totals totals;                        ///< as the newest frame has them
  std::vector<Unreadable> damage = {};  ///< found while opening; records there cannot be read
};

/// A checkpoint that is being written in parts. Readers do not see it before finish() succeeds,
/// whatever happens in between. Only one can be written at a time. One thread uses it; the journal
/// outlives it.
class CheckpointDraft {
 public:
  virtual ~CheckpointDraft() = default;
  /// Appends a part. After an error (`disk_full`, `io_error`) the draft is useless: give it up.
  virtual Result<void> add(std::string_view part) = 0;
  /// Makes the checkpoint durable. After a crash it is there as a whole or not at all. Then deletes
  /// all but the newest few checkpoints. After an error there is no checkpoint.
  virtual Result<void> finish() = 0;
  /// Frees the disk space of the draft. Without finish() or give_up() the space stays used until
  /// the next draft begins.
  virtual void give_up() = 0;
};

/// The log of what happened, with the checkpoints and generations that belong to it, for the
/// process that writes it. Other stages reach the log only through this interface, which mentions
/// no files, so that a distributed log could replace the embedded one (journal/embedded.h opens
/// that one). Programs that only read use view(), or view_embedded() without a writer. The page is
/// docs/formats/journal.md.
///
/// Opening excludes other writers: while the object lives, no other process can write the log. The
/// order of calls is: open; then raise_to(), raise_time_to(), expect_from() with what the book and
/// the checkpoint know; then begin(), start(), close(), stop().
///
/// From begin() on, submissions, control records and the journal's own records (ticks, clock steps)
/// get consecutive offsets and rising stamps in the order in which they are written. The sink
/// receives them one commit at a time, after they are durable. Retention never deletes a record
/// that is not both processed and covered by checkpoints. close() ends the journal after all queued
/// submissions are written.
class Journal {
 public:
  virtual ~Journal() = default;

  /// The read side. It lives as long as the journal. Any thread.
  virtual JournalView& view() = 0;

  /// What the journal contained when it was opened, including what raise_to() and expect_from()
  /// found missing. Before begin() only.
  virtual Opened opened() const = 0;
  /// The book has processed all records below `offset`, so they were durable once. If the journal
  /// ends before `offset`, its end was lost: this is reported as damage, and new records begin at
  /// `offset`, so that no offset is used twice. Before begin() only.
  virtual void raise_to(model::Offset offset) = 0;
  /// Makes engine time begin at `at` or later. A checkpoint may contain the time of records that
  /// the journal has lost, and its timers must not be further away than they were. Before begin()
  /// only.
  virtual void raise_time_to(Time at) = 0;
  /// Retention has not deleted records from `offset` on. If the journal begins later, they are
  /// missing, which is reported as damage. Before begin() only.
  virtual void expect_from(model::Offset offset) = 0;
  /// Stores a generation (first its inventory, then its text) so that a record can name it. A file
  /// that is missing or damaged is written again. submit_control() does this for a Reload by
  /// itself. Before begin() only. Errors: `disk_full`, `io_error`.
  virtual Result<void> store_generation(const std::string& hash,
                                        const GenerationText& generation) = 0;

  /// Receives committed records in offset order, on the writer's thread. Must not wait.
  using Sink = std::function<void(std::vector<model::Record>)>;
  /// Receives what the clocks showed at begin() and at each step of the wall clock, before the sink
  /// receives records whose wall-clock times (Record::arrived) depend on it. Must not wait.
  using ClockSink = std::function<void(const ClockLook&)>;
  /// Writes the start record. Submissions that were queued before are committed by the first turn.
  /// After an error nothing works any more: submissions are refused, turns do nothing, and the
  /// object can only be destroyed.
  virtual Result<void> begin(Sink sink, ClockSink clock_sink = {}) = 0;
  /// Starts threads that call turn() and upkeep_turn(). After begin().
  virtual void start() = 0;
  /// Refuses later submissions. The next turns commit what is queued, then write the stop record.
  virtual void close() = 0;
  /// Calls close() and waits for the threads. Without threads the queue is not written, because
  /// only turn() writes.
  virtual void stop() = 0;

  /// One turn of the writer: waits at most `most` for something to do, then does all of it. False
  /// after close(), once all is written and the journal has ended. Always from the same thread.
  virtual bool turn(std::chrono::nanoseconds most) = 0;
  /// How long turn() may wait at most before a tick is due; zero if something is queued. Same
  /// thread as turn().
  virtual std::chrono::nanoseconds patience() const = 0;
  /// Does one piece of work on what was written before: compresses a segment, or checks an old one
  /// for damage. Waits at most `most` for work. False if there was none. Always from one thread,
  /// which may be the writer's or another one.
  virtual bool upkeep_turn(std::chrono::nanoseconds most = {}) = 0;
  /// How long upkeep_turn() has nothing to do unless new work comes. Same thread as upkeep_turn().
  virtual std::chrono::nanoseconds upkeep_patience() const = 0;

  /// Queues events for the writer. Any thread. False if the queue is full or closed: nothing was
  /// queued and `done` is not called. HTTP then answers 429 `overloaded`.
  virtual bool submit(Submission submission) = 0;
  /// Adds to the totals events that were refused before they reached the journal. They are visible
  /// in stats() at once, and on disk with the next record. Any thread.
  virtual void count_rejected(std::uint64_t events) = 0;
  /// Commits a control record. Any thread. There is no bound: control records are few, and each of
  /// their senders waits for one. For a Reload (one at a time) the generation is stored first, on
  /// the caller's thread. `done` is called once, on the writer's thread, and must not block; only
  /// if the generation could not be stored is it called at once on the caller's thread. False after
  /// close(): `done` is then not called.
  using ControlDone = std::function<void(Result<model::Offset>)>;
  virtual bool submit_control(model::Payload payload, GenerationText generation,
                              ControlDone done) = 0;
  /// When the engine's next timer is due, in engine time; nullopt: it has none. The journal writes
  /// a tick if that time comes and no other record does. Any thread.
  virtual void set_next_due(std::optional<Time> due) = 0;

  /// Retention may delete records below the lower of both offsets: the engine and the book have
  /// processed all records below the one, and the oldest checkpoint is at the other. Any thread.
  virtual void set_processed(model::Offset below) = 0;
  virtual void set_checkpointed(model::Offset below) = 0;

  /// Begins a checkpoint of the engine's state after every record below `offset`. One thread.
  /// Errors: `disk_full`, `io_error`.
  virtual Result<std::unique_ptr<CheckpointDraft>> begin_checkpoint(model::Offset offset) = 0;
  /// `sync` must succeed before a checkpoint counts, because a checkpoint is useless without what
  /// it makes durable (the book). It is called on the thread of CheckpointDraft::finish(). Call
  /// this before the first checkpoint.
  virtual void checkpoints_rely_on(std::function<Result<void>()> sync) = 0;

  /// Health and figures for the metrics. Any thread.
  virtual Stats stats() const = 0;
};

}  // namespace alarum::journal
