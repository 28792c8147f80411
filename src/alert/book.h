#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alert/book_syncs.h"
#include "alert/lifecycle.h"
#include "alert/lost.h"
#include "alert/sqlite.h"
#include "model/alert.h"
#include "model/notification.h"

namespace alarum::alert {

/// A position in the rows of the book, which are read from the newest to the oldest: the last row
/// that was returned. The default is before the newest. New rows do not move it.
struct BookPlace {
  /// Time in microseconds, and number of the row in its table.
  std::int64_t at = std::numeric_limits<std::int64_t>::max(),
               row = std::numeric_limits<std::int64_t>::max();
  std::string alert_id = "~";  ///< for rows that occur once for each of several alerts
};

/// What was decided and who was notified: alerts, their history, the outbox with its receipts, and
/// how far the journal is processed, in one SQLite file (docs/formats/book.md). It is derived from
/// the journal: if a power cut puts it back to an older commit, a replay brings it up to date and
/// makes the same ids.
///
/// One thread at a time uses it, unless a function says "any thread": the engine's, or the one that
/// writes for it (engine/book_writer.h). Functions wait for the disk. Errors are those of Database:
/// `disk_full`, `book_corrupt`, `sync_failed`, `book_error`.
class Book {
 public:
  /// The results of a series of records, to be written in one transaction.
  struct Batch {
    std::vector<model::Change> changes;
    std::vector<model::Notification> notifications;  ///< `sequence` 0: the book assigns the next
    std::vector<model::Suppressed> suppressed;
    std::vector<model::Receipt> receipts;  ///< for notifications in the book or in this batch
    /// The results of every record below it are in the book after this batch; it never goes back.
    model::Offset processed = 0;
    /// For every change of a record below it, each target was notified or there is a reason why
    /// not.
    model::Offset told = 0;
    /// For each change: how many targets must be notified of it; a missing entry means none.
    std::vector<std::uint32_t> owes = {};
    /// A dead letter (its id) that is replaced by another notification. It was dead before this
    /// batch; receipts of the new notification come later.
    struct Revived {
      std::string letter;
      model::Notification again;
    };
    std::vector<Revived> revived = {};
    /// Changes that a later one in the batch has replaced (Processor::enter_change()).
    std::size_t replaced = 0;
    /// What somebody said about an alert, by the record at `offset`; `at` by the wall clock.
    struct Comment {
      model::Offset offset = 0;
      Time at;
      std::string alert_id, by, text;
    };
    std::vector<Comment> comments = {};
    std::vector<LifecycleEntry> lifecycle = {};  ///< `before` is not looked at

    /// How much is waiting, as a measure for the length of the transaction.
    std::size_t rows() const {
      return replaced + changes.size() + notifications.size() + suppressed.size() +
             receipts.size() + revived.size() + comments.size() + lifecycle.size();
    }
    /// Empties the lists; `processed` and `told` stay.
    void clear() {
      changes.clear(), owes.clear(), notifications.clear(), suppressed.clear();
      receipts.clear(), revived.clear(), comments.clear(), lifecycle.clear();
      replaced = 0;
    }
  };

  /// Opens or creates the file, brings tables of an older version up to date, and writes again what
  /// an earlier process may have failed to sync. Error `history_version`: a newer binary wrote it.
  static Result<std::unique_ptr<Book>> open(const std::string& path,
                                            SqliteFiles* through = nullptr);
  ~Book();

  /// Writes the batch as a whole or not at all. A notification with an id that the book has already
  /// (as in a replay) is ignored. If a row cannot be written it may throw.
  Result<void> commit(const Batch& batch);
  /// The results of all records below it are in the book. Any thread.
  model::Offset processed() const { return processed_; }
  /// Batch::told as it was when the book was opened.
  model::Offset told() const { return told_; }

  /// Every sync of the book's files must go through this object. Any thread.
  BookSyncs& syncs() { return syncs_; }
  const BookSyncs& syncs() const { return syncs_; }
  /// Writes again what a failed sync may have lost. On an error nothing has changed; call it again.
  Result<void> settle();

  /// Takes the next position in the outbox, above all that were given before. Any thread.
  std::uint64_t next_sequence() { return ++newest_sequence_; }
  /// The targets for which notifications were written since the last call, with the sequence of the
  /// newest for each. Any thread.
  std::map<std::string, std::uint64_t> news();
  /// Up to `limit` undelivered notifications for the target with a sequence above `after`, in
  /// order.
  Result<std::vector<model::Notification>> pending(const std::string& target, std::uint64_t after,
                                                   std::size_t limit);
  /// Receipts that turn undelivered notifications into dead letters (`target_gone`), for all
  /// targets that are not in `targets`. Nothing is written. Reads the whole outbox.
  Result<std::vector<model::Receipt>> strays(const std::set<std::string>& targets, Time now);

  /// What each target's name stands for (app/target_names.h), as it was set last.
  using Destinations = std::map<std::string, std::string>;
  Result<Destinations> destinations();
  Result<void> set_destinations(const Destinations& destinations);

  /// Rows by state; `dead` without letters that were sent again.
  struct Counts {
    std::uint64_t firing = 0, resolved = 0, pending = 0, delivered = 0, dead = 0;
  };
  Result<Counts> counts();
  /// The notifications of a target that have not ended, and when the oldest of them was made.
  struct Pending {
    std::string target;
    std::uint64_t count = 0;
    Time oldest;
  };
  /// Of each target that has any, by name. O(notifications that have not ended).
  Result<std::vector<Pending>> pending_by_target();
  using Place = BookPlace;
  struct Resolved {
    std::vector<model::Alert> alerts;
    std::optional<Place> next;  ///< where to go on; nullopt: there are no more
  };
  /// Up to `limit` resolved alerts after that place, the newest change first.
  Result<Resolved> resolved(const Place& after, std::size_t limit);
  /// All transitions with an offset at or above `from`, in order, each as a history_line().
  Result<std::vector<std::string>> history(model::Offset from = 0);
  /// Something that happened to an alert: a transition, a notification with its outcome, the
  /// reason why somebody was not notified, or a comment.
  struct Entry {
    enum class Kind { transition, notification, suppressed, comment };
    Kind kind = Kind::transition;
    Time at;
    model::Offset offset = 0;
    std::string alert_id;
    std::string line;       ///< transition: its history_line()
    std::string id;         ///< notification: its id
    std::string target;     ///< notification: its target; suppression: the receiver
    std::string group_key;  ///< suppression only
    /// Notification: `pending`, `delivered`, `dead`, `dropped`. Suppression: the reason.
    std::string outcome;
    std::string answer;  ///< notification: what the target answered, as in model::Receipt
    /// Notification: how the last attempt ended. Suppression: what caused it, as a JSON list.
    std::string detail;
    std::string state;     ///< suppression: `firing` or `resolved`
    std::string by, text;  ///< comment: who said it, and what
    std::uint32_t attempts = 0;
    std::int64_t row = 0;  ///< number in its table
  };
  /// Which entries are wanted. Conditions that are left empty are not applied.
  struct Question {
    std::string alert_id;       ///< or its first 4 digits or more; empty: all alerts
    Time since;                 ///< not older than this
    std::optional<Time> until;  ///< not newer than this
    std::optional<Entry::Kind> kind;
    std::string why;  ///< suppressions with this reason: `silenced`, …
    /// A receiver or one of its integrations: `ops`, `ops/webhook/0`
    std::string target;
    /// How many entries are read at most. This bounds the cost even if few of them fit.
    std::size_t limit = 1000;
  };
  using Places = std::array<Place, 4>;  ///< one for each kind
  struct Entries {
    std::vector<Entry> entries;
    std::optional<Places> next;  ///< where to go on; nullopt: there are no more
  };
  /// The entries that fit, newest first. There may be fewer than `limit`, even none, although more
  /// follow: see `next`. `bad_request` if several alerts have an id that begins so.
  Result<Entries> entries(const Question& question, const Places& after = {});
  /// Starts, stops and reloads of the bridge, newest first.
  Result<LifecyclePage> lifecycle(const LifecycleQuestion& question) {
    return alert::lifecycle(database_, question);
  }
  /// A notification that could not be delivered.
  struct DeadLetter {
    model::Notification notification;
    std::string detail, answer;  ///< of the last attempt, as in model::Receipt
    std::uint32_t attempts = 0;
    Time at;  ///< when it was given up
  };
  /// A position in the list of dead letters: after the one that died at `at`. The default is before
  /// the newest.
  struct DeadLetterPlace {
    Time at = Time::max();
    std::uint64_t sequence = std::numeric_limits<std::int64_t>::max();
  };
  /// Up to `limit` dead letters after that place, newest first, without their content (`body`,
  /// `headers`, `facts`).
  Result<std::vector<DeadLetter>> dead_letters(std::size_t limit, const DeadLetterPlace& behind);
  /// One dead letter with its content; nullopt if there is none of that id.
  Result<std::optional<DeadLetter>> dead_letter(const std::string& id);
  /// Dead letters by target and the reason of their death, the most frequent first.
  struct Cause {
    std::string target, detail;
    std::uint64_t count = 0;
    Time oldest, newest;
    std::string answer = {};  ///< what the target answered to one of them
  };
  Result<std::vector<Cause>> dead_causes();
  /// The undelivered notification of that id; nullopt if there is none.
  Result<std::optional<model::Notification>> waiting(const std::string& id);
  /// The newest state of an alert; nullopt if there is none of that id.
  Result<std::optional<model::Alert>> alert(const std::string& id);
  /// Whether a notification with this alert was delivered to the target.
  Result<bool> was_told(const std::string& target, const std::string& alert_id);
  /// The firing alerts of which a notification was delivered to the target.
  Result<std::vector<model::Alert>> told_firing(const std::string& target);
  /// The fingerprints of the labels of the firing alerts of which a notification was delivered to
  /// the target, or waits for it.
  Result<std::set<std::uint64_t>> firing_for(const std::string& target);

  /// Ids of the alerts that fire.
  Result<std::set<std::string>> firing_ids();
  /// The targets and groups for which a notification of this alert was delivered or waits.
  Result<std::vector<Recipient>> recipients(const std::string& alert_id);

  /// Those recipients who have not been notified since the alert got into its present state, and
  /// for whom no reason is recorded.
  Result<std::vector<Recipient>> recipients_left(const model::Alert& alert);

  /// A notification that the step of a record made: for which target and in which group.
  struct Made {
    model::Offset offset = 0;
    std::string target, group_key;
    friend auto operator<=>(const Made&, const Made&) = default;
  };
  /// All of them from record `offset` on, which arrived at `at`, whatever became of them, sorted.
  /// Costs as much as was written since then.
  Result<std::vector<Made>> made_since(model::Offset offset, Time at);
  /// Alerts with a transition of which some target was neither notified nor has a reason, each with
  /// the greatest number of targets to be notified of one of its transitions. Only transitions from
  /// told() on.
  Result<std::map<std::string, std::uint32_t>> open();

  /// The recorded reasons why somebody was not notified of this alert: receiver, group, reason,
  /// state.
  Result<std::set<std::array<std::string, 4>>> reasons(const std::string& alert_id);

  /// Deletes what ended before `before` (wall clock): resolved alerts and their history, receipts,
  /// reasons, starts, stops and reloads. Firing alerts and undelivered notifications stay.
  Result<void> prune(Time before);

 private:
  explicit Book(Database database) : database_(std::move(database)) {}
  Result<void> enter(const model::Change& change, std::uint32_t owes, bool newest);
  Result<void> enter_state(const model::Alert& alert, const std::string& text);
  Result<void> enter(const model::Notification& notification);
  Result<bool> enter_ended(const model::Notification& notification, const model::Receipt& receipt);
  Result<void> note_entered(const model::Notification& notification, std::int64_t sequence);
  Result<void> enter(const model::Suppressed& suppressed);
  Result<void> enter(const model::Receipt& receipt);
  Result<void> enter(const Batch::Comment& comment);
  Result<void> enter(const LifecycleEntry& entry) { return enter_lifecycle(database_, entry); }
  Result<void> enter_attempt(const model::Receipt& receipt);
  Result<void> revive(const std::string& letter_id, const model::Notification& again);
  Result<bool> is_unheard_end(const model::Notification& one);
  Result<void> enter_all(const Batch& batch);
  Result<bool> has_older(Time before);
  Result<void> forget(Time before);
  void checkpoint_wal();

  BookSyncs syncs_;
  Database database_;
  std::atomic<model::Offset> processed_ = 0;
  model::Offset told_ = 0;  // as opened
  std::atomic<std::uint64_t> newest_sequence_ = 0;
  // Guards news_, because the writer's thread notes what the engine's takes away, as one value.
  std::mutex news_mutex_;
  std::map<std::string, std::uint64_t> news_;
};

/// Book::entries() of any connection to the book.
Result<Book::Entries> entries_of(Database& database, const Book::Question& question,
                                 const Book::Places& after);

}  // namespace alarum::alert
