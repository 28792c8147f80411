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
#include "engine/backlog.h"
#include "engine/book_writer.h"
#include "engine/processor.h"
#include "model/notification.h"

namespace alarum::engine {

/// A piece of the state after every record below `offset`; they come in order. A `first` one ends
/// what came before it unfinished.
struct CheckpointPart {
  model::Offset offset = 0;
  std::string bytes;
  bool first = false, last = false;
};

/// Reads the log on: the next committed records, in offset order; empty at its end.
using LogReader = std::function<Result<std::vector<model::Record>>()>;

/// Takes committed records, steps them, hands their notifications to delivery, and enters what came
/// of them in the book a moment later, many at once: the records are on disk, and a replay makes
/// the same of them. It alone touches the engine and the book once begun. It goes by turns: start()
/// is a thread that takes them, a simulator takes them itself.
///
/// While the book cannot be written nothing else happens: what could not be written is tried again
/// a second later, before anything else, and everything that comes meanwhile (records, questions)
/// waits in its order. Questions wait too, because who asks after a commit is to find what came of
/// it: in the book, in the engine, and the same in both. But what only engine and routing are asked
/// (ask_live) is answered all the same, as of the newest record that was stepped: what fires is
/// asked for most when something is broken.
class Stage {
 public:
  /// Where the stage's results go. All are called on the engine's thread and must not block.
  struct Ports {
    /// To the journal: when a tick is needed
    std::function<void(std::optional<Time>)> next_due;
    std::function<void(model::Offset)> processed;    ///< to the journal: for retention
    std::function<void(CheckpointPart)> checkpoint;  ///< what to keep
    /// May the next part come? Asked before each, and again soon where not
    std::function<bool()> checkpoint_room;
    /// How many notifications delivery takes now
    std::function<std::size_t(const std::string& target)> room;
    /// All for one target, in order
    std::function<void(std::vector<model::Notification>)> deliver;
    /// Of the journal from this offset on; may read files
    std::function<Result<LogReader>(model::Offset from)> log;
  };
  struct Options {
    std::chrono::seconds checkpoint_every{30};
    /// A checkpoint is begun after so many records, however short the time
    std::uint64_t checkpoint_records = 250'000;
    /// Bytes that are saved at once: an event may have to wait for them
    std::size_t checkpoint_part = 8 << 10;
    bool checkpoint_first = false;  ///< one is begun at once: the replay took long
    std::chrono::hours keep_history{24 * 30};
    /// From when a row waits until it is given to be written into the book.
    /// Longer than a receipt waits for others: most notifications are written once, as they ended.
    std::chrono::milliseconds enter_within{200};
    bool behind = true;  ///< it is written in turns of its own (book_writer()), not in the engine's
    /// Of events in memory between journal and engine; past it the engine reads them from the log
    std::size_t queue_bytes = 8 << 20;
  };

  Stage(Engine& engine, alert::Book& book, Processor& processor, Clock& clock, Options options,
        Ports ports);
  ~Stage() { stop(); }

  /// One turn: waits at most `most` for something to do, does what is there. The first one feeds
  /// what the outbox holds since before. False: it was closed, all is worked off, the last
  /// checkpoint is handed on, it has ended.
  bool turn(std::chrono::nanoseconds most);
  /// How long there is nothing to do unless something comes.
  std::chrono::nanoseconds patience() const;
  /// Threads that take the turns.
  void start();
  /// Whose turns write the book.
  BookWriter& book_writer() { return writer_; }
  /// A stop is under way: nothing is waited for any more. A book that cannot be written then ends
  /// the stepping; the journal has the rest.
  void begin_stop();
  /// Takes nothing more: turns step what is committed, for `grace` at most, write a checkpoint, and
  /// end. Any thread.
  void close(std::chrono::milliseconds grace);
  /// Closes and joins the thread. Without one nothing more is done, as in a crash.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

  /// From the journal's writer, in offset order, once they are on disk. Never waits.
  void take(std::vector<model::Record> records);
  /// Runs `work` between two steps. False once stopping. When the stepping is given up it is never
  /// run.
  using Work = std::function<void(Engine&, alert::Book&, Processor&)>;
  bool ask(Work work);
  /// The same for what needs no book: nobody waits for that to be written. False once stopping.
  using LiveWork = std::function<void(const Engine&, const Processor&)>;
  bool ask_live(LiveWork work);

  /// False while the book cannot be written: the alarm for readiness.
  bool healthy() const { return healthy_; }
  /// What the book holds may not be on disk, for a sync failed; it is being written again. Any
  /// thread.
  bool book_in_doubt() const { return book_.syncs().doubt() != nullptr; }
  /// Bytes of events that wait in memory to be stepped.
  std::size_t backlog() const;
  /// How long the oldest record that was not stepped has been waiting, or the book is being
  /// written, whichever is longer. Any thread.
  Duration lag() const;
  /// Every record below it was stepped, and all that it led to is in the book.
  model::Offset processed() const { return processed_; }
  /// Processor::parked_count(), as of the last batch. Any thread.
  std::uint64_t processing_errors() const { return processing_errors_; }
  /// The book could not be written at the stop, so the engine has ended its work.
  bool gave_up() const { return gave_up_; }

 private:
  static constexpr std::chrono::seconds kAgain{1};  ///< after which what failed is tried again
  struct Wake {};
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
  /// How long what is not urgent goes on, by the monotonic clock: where events wait, and where none
  /// do.
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
  // Guards backlog_: two threads decide together what is in memory and what has to be read, which a
  // channel cannot
  mutable std::mutex mutex_;
  Backlog backlog_;
  Channel<Item> channel_;  // what is asked: few, and bounded by who asks
  std::thread thread_;
  /// The steps of its life; last: the last checkpoint
  bool begun_ = false, drained_ = false, last_begun_ = false, ended_ = false;
  /// Taken from the channel and not handled yet, in their order
  std::deque<Item> items_;
  /// In hand: those from step_at_ on are to be stepped before all others
  std::vector<model::Record> records_;
  std::size_t step_at_ = 0;
  bool owed_ = false;  ///< the book did not take, or did not say, something
  /// The book is being written; 0: it is not; monotonic
  std::atomic<std::chrono::nanoseconds> writing_since_{};
  std::optional<std::chrono::nanoseconds> waiting_since_;  ///< rows for the book do; monotonic
  std::chrono::nanoseconds try_again_{};                   ///< when it is tried again; monotonic
  /// When the book last learned what is processed; monotonic
  std::chrono::nanoseconds moved_{};
  std::chrono::nanoseconds read_again_{};  ///< when log or rules are, after they could not be
  std::optional<std::chrono::nanoseconds> feed_again_;  ///< when the outbox is
  std::chrono::nanoseconds settle_again_{};             ///< when the book in doubt is
  bool said_doubt_ = false;                             ///< the log has that it is
  model::Offset next_ = 0;                              ///< after the last record that was stepped
  model::Offset read_to_ = 0;  ///< above next_: records up to here come from the log
  LogReader log_;              ///< while they do
  /// Stamp of the record that was stepped last; from the log also of the last one, until read_to_
  /// is reached
  std::optional<Time> in_hand_;
  /// By target: sequence of the newest notification handed to delivery
  std::map<std::string, std::uint64_t> fed_;
  std::set<std::string> unread_;  ///< targets for which the book may hold more, or will
  /// Of those, the ones for which it does not yet hold all that was made
  std::set<std::string> passed_;
  /// And of these, the ones of which all but that is being written
  std::set<std::string> passed_in_writing_;
  std::shared_ptr<const config::Routing> fed_by_;  ///< whose targets were all fed once
  model::Offset checkpointed_ = 0;                 ///< of the newest checkpoint that was begun
  std::uint64_t stepped_ = 0;                      ///< records since then
  std::chrono::nanoseconds last_checkpoint_{};
  bool untidy_ = false;
  std::atomic<bool> healthy_ = true;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> gave_up_ = false;
  std::atomic<std::uint64_t> processing_errors_ = 0;
  std::atomic<std::chrono::nanoseconds> drain_until_{};  ///< once the channel is closed; monotonic
  std::atomic<model::Offset> processed_ = 0;
  BookWriter writer_;  // last: its thread ends first
};

}  // namespace alarum::engine
