#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <variant>
#include <vector>

#include "alert/book.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "engine/backlog.h"
#include "engine/book_writer.h"
#include "engine/processor.h"
#include "engine/rule_times.h"
#include "model/notification.h"

namespace alarum::engine {

/// A piece of a checkpoint, which is the state after every record below `offset`. Pieces come in
/// order. A `first` piece ends a checkpoint before it that got no `last` one.
struct CheckpointPart {
  model::Offset offset = 0;
  std::string bytes;
  bool first = false, last = false;
};

/// Continues to read the log: returns the next committed records in offset order; empty at the end.
using LogReader = std::function<Result<std::vector<model::Record>>()>;

/// The engine's thread. It takes committed records, steps them, hands their notifications to
/// delivery, and enters the results in the book a moment later, many at once. That is safe because
/// the records are on disk and a replay makes the same results. It works in turns: start() makes a
/// thread for them (`engine`), a simulator calls them itself. After the first turn only the stage
/// touches the engine, the processor and the book, on the thread of the turns (and the book also on
/// the BookWriter's). All that it is given outlives it.
///
/// While the book cannot be written, nothing is stepped: the write is tried again every second, and
/// records and questions wait in their order. Questions (ask) wait because their sender must find
/// the results of everything committed before, in the book and in the engine alike. Questions that
/// need no book (ask_live) are answered meanwhile, as of the newest record that was stepped,
/// because people ask what fires most of all when something is broken.
/// asked for most when something is broken.
class Stage {
 public:
  /// Where results go. All functions are called on the engine's thread and must not block, except
  /// `log`.
  struct Ports {
    /// To the journal: when the next tick is needed; nullopt: none is.
    std::function<void(std::optional<Time>)> next_due;
    /// To the journal, for retention: all records below are in the book.
    std::function<void(model::Offset)> processed;
    std::function<void(CheckpointPart)> checkpoint;  ///< to the writer of checkpoints
    /// Whether the next piece of a checkpoint may come. If not, the stage asks again soon.
    std::function<bool()> checkpoint_room;
    /// How many notifications delivery takes for the target now.
    std::function<std::size_t(const std::string& target)> room;
    /// To delivery: notifications for one target, in order.
    std::function<void(std::vector<model::Notification>)> deliver;
    /// Opens the journal from this offset on; may read files.
    std::function<Result<LogReader>(model::Offset from)> log;
  };
  struct Options {
    std::chrono::seconds checkpoint_every{30};
    /// A checkpoint is begun after so many records even if less time has passed.
    std::uint64_t checkpoint_records = 250'000;
    /// Bytes of a piece of a checkpoint. An event may have to wait until one piece is made.
    std::size_t checkpoint_part = 8 << 10;
    bool checkpoint_first = false;             ///< begin one at once, because the replay took long
    std::chrono::hours keep_history{24 * 30};  ///< resolved alerts and history stay in the book
    /// How long a row waits before it is handed over to be written into the book. This is longer
    /// than receipts wait for each other (100 ms), so that most notifications are written once,
    /// with how they ended.
    std::chrono::milliseconds enter_within{200};
    bool behind = true;  ///< the book is written in book_writer()'s turns, not in the engine's
    /// Bytes of events in memory between journal and engine. Events past it are read from the log.
    std::size_t queue_bytes = 8 << 20;
    bool rule_times = false;  ///< measures what each rule costs, see rule_seconds()
  };
  /// Nothing happens before the first turn.

  Stage(Engine& engine, alert::Book& book, Processor& processor, Clock& clock, Options options,
        Ports ports);
  ~Stage() { stop(); }

  /// One turn: waits at most `most` for something to do, then does it. The first turn sends
  /// delivery the notifications that the book has from before. False once the stage has ended: it
  /// was closed, everything was stepped and written, and the last checkpoint was handed over.
  bool turn(std::chrono::nanoseconds most);
  /// How long turn() has nothing to do unless something comes. Same thread as turn().
  std::chrono::nanoseconds patience() const;
  /// Starts the threads that call the turns: `engine`, and `book` if Options::behind.
  void start();
  /// The turns of this object write the book.
  BookWriter& book_writer() { return writer_; }
  /// The daemon is stopping, so nothing is retried any more. If the book cannot be written then,
  /// stepping ends (gave_up()), because the journal has the rest. Any thread.
  void begin_stop();
  /// Ends the input. Turns step what is committed, for at most `grace`, write a checkpoint and end.
  /// Any thread.
  void close(std::chrono::milliseconds grace);
  /// Calls close() and joins the threads. Without threads nothing more is done, as after a crash.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  /// Takes the records of a commit, in offset order, after they are on disk. Called on the journal
  /// writer's thread. Never waits: what does not fit into memory is read from the log later.
  void take(std::vector<model::Record> records);
  /// Runs `work` on the engine's thread between two steps, after everything committed before is in
  /// the book. Any thread. False after close() or once gave_up(). If stepping ends early, `work` is
  /// destroyed without being run.
  using Work = std::function<void(Engine&, alert::Book&, Processor&)>;
  bool ask(Work work);
  /// The same for questions that need no book: they do not wait until it can be written. False
  /// after close() or once gave_up().
  using LiveWork = std::function<void(const Engine&, const Processor&)>;
  bool ask_live(LiveWork work);

  /// False while the book cannot be written; readiness depends on it. Any thread.
  bool healthy() const { return healthy_; }
  /// Whether the book's data may be missing on disk because a sync failed; it is being written
  /// again. Any thread.
  bool history_in_doubt() const { return book_.syncs().doubt() != nullptr; }
  /// Bytes of events in memory that wait to be stepped. Any thread.
  std::size_t backlog() const;
  /// How long the oldest record that is not in the book has been waiting, or how long the current
  /// transaction of the book takes, whichever is longer. Any thread.
  Duration lag() const;
  /// Every record below it was stepped, and all its results are in the book. Any thread.
  model::Offset processed() const { return processed_; }
  /// Processor::parked_count() after the newest batch. Any thread.
  std::uint64_t processing_errors() const { return processing_errors_; }
  /// How long events waited from their commit until they were stepped. Any thread.
  HistogramValues step_delays() const { return step_delays_.values(); }
  /// RuleTimes::seconds(); empty without Options::rule_times. Any thread.
  std::map<std::string, double> rule_seconds() const { return rule_times_.seconds(); }
  /// Whether the book could not be written during the stop, so that stepping ended. Any thread.
  bool gave_up() const { return gave_up_; }

 private:
  static constexpr std::chrono::seconds kAgain{1};  ///< time between attempts after a failure
  struct Wake {};  ///< there may be something to do; it has no content
  using Item = std::variant<Wake, Work, LiveWork>;
  void begin();
  bool goes_on() const;
  bool end();
  void work();
  bool waits() const;
  std::chrono::nanoseconds idle_patience() const;
  bool try_again();
  bool handle_items();
  void answer_live();
  bool step_waiting();
  bool step_in_hand();
  void step(const model::Record& record);
  void note_stepped();
  bool step_from_memory();
  bool step_from_log();
  Result<bool> read_some();
  void pass_over(model::Offset below);
  bool enter();
  bool enter_due() const;
  std::optional<std::chrono::nanoseconds> next_enter() const;
  bool enter_in_time();
  bool many_rows_wait() const;
  bool enter_many();
  void begin_write();
  bool written(std::optional<BookWriter::Written> result);
  void note_entered();
  bool move_book();
  bool prepare(const model::Record& record);
  bool find_rules(const model::Record& record);
  bool wrote(const Result<void>& done);
  void settle_book();
  void after_batch();
  void report_late(bool all);
  void feed();
  void note_unread();
  void feed_fresh();
  bool checkpoint_due() const;
  void begin_checkpoint();
  /// When work that is not urgent (checkpoints, clean-up) must end, by the monotonic clock: the
  /// first if events are waiting, the second if none are.
  struct Turn {
    std::chrono::nanoseconds least, most;
  };
  bool is_over(const Turn& turn) const;
  void go_on_with_checkpoint(const Turn& turn);
  void tidy(const Turn& turn);
  void part_of_checkpoint();
  bool last_checkpoint();

  Engine& engine_;
  alert::Book& book_;
  Processor& processor_;
  Clock& clock_;
  const Options options_;
  const Ports ports_;
  // Guards backlog_. A channel would not do, because both threads decide together which records are
  // in memory and which have to be read from the log.
  mutable std::mutex mutex_;
  Backlog backlog_;
  Channel<Item> channel_;  // questions; their senders bound their number
  std::thread thread_;
  /// How far the object's life has come; last_begun_: the last checkpoint was begun.
  bool begun_ = false, drained_ = false, last_begun_ = false, ended_ = false;
  /// Taken from the channel and not handled yet, in order.
  std::deque<Item> items_;
  /// The commit that is being stepped; the next record is at step_at_.
  std::vector<model::Record> records_;
  std::size_t step_at_ = 0;
  std::chrono::nanoseconds durable_at_{};  ///< when that commit was on disk; monotonic
  bool owed_ = false;  ///< a write to the book, or a read from it, has failed and is tried again
  /// Since when the book is being written, monotonic; 0: it is not.
  std::atomic<std::chrono::nanoseconds> writing_since_{};
  std::optional<std::chrono::nanoseconds> waiting_since_;  ///< age of the oldest row; monotonic
  std::chrono::nanoseconds try_again_{};                   ///< when owed_ is tried; monotonic
  /// When the book was last given a new `processed`; monotonic.
  std::chrono::nanoseconds moved_{};
  std::chrono::nanoseconds read_again_{};  ///< when reading the log or rules is tried again
  std::optional<std::chrono::nanoseconds> feed_again_;  ///< when reading the outbox is tried again
  std::chrono::nanoseconds settle_again_{};             ///< when a book in doubt is written again
  bool said_doubt_ = false;                             ///< the doubt was logged
  model::Offset next_ = 0;                              ///< after the last record that was stepped
  model::Offset read_to_ = 0;  ///< if above next_: records below it come from the log
  LogReader log_;              ///< open while they do
  /// Stamp of the record that was stepped last. While the log is read it stays set until read_to_
  /// is reached, because the engine is that far behind.
  /// is reached
  std::optional<Time> in_hand_;
  /// Target → sequence of the newest notification that delivery was given.
  std::map<std::string, std::uint64_t> fed_;
  std::set<std::string> unread_;  ///< targets for which the book has, or will have, more
  /// Those of them for which the book does not have all notifications yet.
  std::set<std::string> passed_;
  /// Those of them whose notifications are in the transaction that is being written.
  std::set<std::string> passed_in_writing_;
  std::shared_ptr<const config::Routing> fed_by_;  ///< the routing whose targets were all read once
  model::Offset checkpointed_ = 0;                 ///< of the newest checkpoint that was begun
  std::uint64_t stepped_ = 0;                      ///< records since then
  std::chrono::nanoseconds last_checkpoint_{};
  bool untidy_ = false;  ///< keys of removed rules are still to be freed
  std::atomic<bool> healthy_ = true;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> gave_up_ = false;
  std::atomic<std::uint64_t> processing_errors_ = 0;
  std::atomic<std::chrono::nanoseconds> drain_until_{};  ///< after close(): when to stop; monotonic
  std::atomic<model::Offset> processed_ = 0;
  LatencyHistogram step_delays_;
  RuleTimes rule_times_;
  BookWriter writer_;  // last: its thread ends first
};

}  // namespace alarum::engine
