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
#include "alert/lost.h"
#include "alert/sqlite.h"
#include "model/alert.h"
#include "model/notification.h"

namespace alarum::alert {

/// Where a walk through rows of the book stands, newest first: the last one that was given out; by
/// itself before the first. New rows do not move it.
struct BookPlace {
  /// Microseconds; number in its table
  std::int64_t at = std::numeric_limits<std::int64_t>::max(),
               row = std::numeric_limits<std::int64_t>::max();
  std::string alert_id = "~";  ///< of rows that have several
};

/// What we decided and whom we told (DESIGN §1): alerts, their history, the outbox and its
/// receipts, and how far the journal is processed, in one SQLite file (docs/formats/book.md). Used
/// by one thread at a time, the engine's or the one that writes for it (engine/book_writer.h),
/// where nothing else is said. It is derived from the journal: put back to an older commit, it is
/// brought up to date by replay, and ids stay the same.
class Book {
 public:
  /// What one batch of records led to.
  struct Batch {
    std::vector<model::Change> changes;
    std::vector<model::Notification> notifications;  ///< `sequence` 0: the book gives the next one
    std::vector<model::Suppressed> suppressed;
    std::vector<model::Receipt> receipts;  ///< of notifications that the book holds
    /// Every record below it is in; never goes back
    model::Offset processed = 0;
    /// Every change of a record below it was told or recorded as suppressed
    model::Offset told = 0;
    /// Of each change: how many targets are to be told of it; missing: none
    std::vector<std::uint32_t> owes = {};
    /// A letter that is dead no more, by its id, and what is to be sent in its place. It was dead
    /// before this batch; receipts of what is sent come behind it.
    struct Revived {
      std::string letter;
      model::Notification again;
    };
    std::vector<Revived> revived = {};
    /// Changes whose place a later one took (Processor::enter_change), which count as rows.
    std::size_t replaced = 0;

    std::size_t rows() const {
      return replaced + changes.size() + notifications.size() + suppressed.size() +
             receipts.size() + revived.size();
    }
    void clear() {
      changes.clear(), owes.clear(), notifications.clear(), suppressed.clear();
      receipts.clear(), revived.clear();
      replaced = 0;
    }
  };

  /// Error `book_version`: written by a newer binary.
  static Result<std::unique_ptr<Book>> open(const std::string& path,
                                            SqliteFiles* through = nullptr);
  ~Book();

  /// All of it or nothing. A notification whose id is known already (a replay) is not entered
  /// again.
  Result<void> commit(const Batch& batch);
  /// Any thread.
  model::Offset processed() const { return processed_; }
  /// As the batch's, when the book was opened.
  model::Offset told() const { return told_; }

  /// What was committed is on disk for sure once the WAL was synced through these. Any thread.
  BookSyncs& syncs() { return syncs_; }
  const BookSyncs& syncs() const { return syncs_; }
  /// Writes again what a failed sync may have lost. Error: it is as it was; call it again.
  Result<void> settle();

  /// The place in the outbox of a notification that is to be entered: above all that were given.
  /// Any thread.
  std::uint64_t next_sequence() { return ++newest_sequence_; }
  /// Targets for which something was entered since the last call, with the newest sequence of each.
  /// Any thread.
  std::map<std::string, std::uint64_t> news();
  /// Undelivered notifications for the target with a sequence above `after`, in order.
  Result<std::vector<model::Notification>> pending(const std::string& target, std::uint64_t after,
                                                   std::size_t limit);
  /// Receipts by which undelivered notifications for targets that are not in `targets` become dead
  /// letters (`target_gone`).
  Result<std::vector<model::Receipt>> strays(const std::set<std::string>& targets, Time now);

  /// What each target's name stands for (app/target_names.h), as it was last set.
  using Destinations = std::map<std::string, std::string>;
  Result<Destinations> destinations();
  Result<void> set_destinations(const Destinations& destinations);

  struct Counts {
    std::uint64_t firing = 0, resolved = 0, pending = 0, delivered = 0, dead = 0;
  };
  Result<Counts> counts();
  using Place = BookPlace;
  struct Resolved {
    std::vector<model::Alert> alerts;
    std::optional<Place> next;  ///< nothing: there are no more
  };
  /// The next resolved alerts, newest change first.
  Result<Resolved> resolved(const Place& after, std::size_t limit);
  /// All transitions with an offset at or above `from`, in order, a history_line() each.
  Result<std::vector<std::string>> history(model::Offset from = 0);
  /// What happened to an alert, or to all: its transitions, who was told of it with what outcome,
  /// who was not and why; newest first.
  struct Entry {
    enum class Kind { transition, notification, suppressed };
    Kind kind = Kind::transition;
    Time at;
    model::Offset offset = 0;
    std::string alert_id;
    std::string line;       ///< of a transition: its history_line()
    std::string id;         ///< of a notification
    std::string target;     ///< of a notification the target, of a suppression the receiver
    std::string group_key;  ///< of a suppression
    std::string outcome;    ///< `pending`, `delivered`, `dead`, `dropped`; of a suppression why
    std::string answer;     ///< of a notification what the target said to that, as model::Receipt's
    /// Of a notification how its last attempt ended; of a suppression by what, as a JSON list
    std::string detail;
    std::string state;  ///< of a suppression: `firing` or `resolved`
    std::uint32_t attempts = 0;
    std::int64_t row = 0;  ///< its number in its table
  };
  struct Question {
    std::string alert_id;       ///< empty: of all
    Time since;                 ///< at this time and after it
    std::optional<Time> until;  ///< and before or at this one
    std::optional<Entry::Kind> kind;
    std::string why;  ///< of what was suppressed: `silenced`, …
    /// A receiver, or one of its integrations: `ops`, `ops/webhook/0`
    std::string target;
    /// Entries that are looked at, so that an answer costs no more however few of them are wanted
    std::size_t limit = 1000;
  };
  using Places = std::array<Place, 3>;  ///< of each kind
  struct Entries {
    std::vector<Entry> entries;
    std::optional<Places> next;  ///< nothing: there are no more
  };
  Result<Entries> entries(const Question& question, const Places& after = {});
  struct DeadLetter {
    model::Notification notification;
    std::string detail, answer;  ///< as model::Receipt's
    std::uint32_t attempts = 0;
    Time at;
  };
  /// Where a list of dead letters stands: behind the one that died then; before the newest, where
  /// nothing else is said.
  struct DeadLetterPlace {
    Time at = Time::max();
    std::uint64_t sequence = std::numeric_limits<std::int64_t>::max();
  };
  /// The next `limit` of them behind that place, newest first, without what would be sent (`body`,
  /// `headers`, `facts`).
  Result<std::vector<DeadLetter>> dead_letters(std::size_t limit, const DeadLetterPlace& behind);
  Result<std::optional<DeadLetter>> dead_letter(const std::string& id);
  /// Dead letters by what killed them, the most first.
  struct Cause {
    std::string target, detail;
    std::uint64_t count = 0;
    Time oldest, newest;
    std::string answer = {};  ///< what the target said to one of them
  };
  Result<std::vector<Cause>> dead_causes();
  /// An undelivered notification.
  Result<std::optional<model::Notification>> waiting(const std::string& id);
  Result<std::optional<model::Alert>> alert(const std::string& id);
  /// Whether anything of this alert was delivered to the target.
  Result<bool> was_told(const std::string& target, const std::string& alert_id);
  /// Alerts that fire and of which the target was told.
  Result<std::vector<model::Alert>> told_firing(const std::string& target);
  /// Alerts that fire and of which the target was told, or will be by what waits for it: the
  /// fingerprints of their labels.
  Result<std::set<std::uint64_t>> firing_for(const std::string& target);

  /// Ids of the alerts that fire.
  Result<std::set<std::string>> firing_ids();
  /// The targets and groups for which a notification of this alert was delivered or waits.
  Result<std::vector<Recipient>> recipients(const std::string& alert_id);

  /// Of those, the ones that were not notified since the alert is in that state, nor is it recorded
  /// why not.
  Result<std::vector<Recipient>> recipients_left(const model::Alert& alert);

  /// For whom and in which group a notification was made in a record's step.
  struct Made {
    model::Offset offset = 0;
    std::string target, group_key;
    friend auto operator<=>(const Made&, const Made&) = default;
  };
  /// All that were made from this record on, which arrived at `at`, however they ended, by offset.
  /// Costs what was entered since then.
  Result<std::vector<Made>> made_since(model::Offset offset, Time at);
  /// Alerts with transitions of which somebody was neither notified nor is it recorded why not, and
  /// how many are to be notified of the one of which most are. Of those that waited for that when
  /// the book was opened, or came later.
  Result<std::map<std::string, std::uint32_t>> open();

  /// Of whom it is recorded that they were not notified of this alert, and why: receiver, group,
  /// why, state.
  Result<std::set<std::array<std::string, 4>>> reasons(const std::string& alert_id);

  /// Forgets resolved alerts, their history, and receipts that are older than `before`.
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
  model::Offset told_ = 0;
  std::atomic<std::uint64_t> newest_sequence_ = 0;
  std::mutex news_mutex_;
  std::map<std::string, std::uint64_t> news_;
};

}  // namespace alarum::alert
