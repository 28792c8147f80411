#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert/book.h"
#include "alert/sqlite.h"
#include "model/alert.h"
#include "model/notification.h"
#include "model/record.h"

namespace alarum::alert {

/// The book as another process reads it while the daemon writes it: for the audit, the command line
/// and tests. One thread uses it. Each question sees the book as it is at that moment and never
/// blocks the daemon.
class BookView {
 public:
  /// Errors: `not_found`; `history_error`. Each question has the error `history_error` if a newer
  /// binary has changed the tables that it reads. With `through`, files are read through it (a
  /// simulated life).
  static Result<BookView> open(const std::string& path, SqliteFiles* through = nullptr);

  /// The results of all records below it are in the book.
  Result<model::Offset> processed();
  /// Retention has deleted no transition from this offset on, so from here the book can be compared
  /// with a replay.
  Result<model::Offset> complete_from();
  /// The transitions with an offset in [from, to), in order, each as a history_line().
  Result<std::vector<std::string>> history(model::Offset from, model::Offset to);
  /// The transitions of one alert.
  Result<std::vector<std::string>> history_of(const std::string& alert_id);
  /// The newest state of an alert, by its id or the first 4 digits of it or more; nullopt if there
  /// is none. `bad_request` if several begin so.
  Result<std::optional<model::Alert>> alert(const std::string& id);

  /// What happened, and the starts, stops and reloads of the bridge: as Book has them. Error
  /// `history_version`: a version before 10 wrote the history, which only a start brings up to
  /// date.
  Result<Book::Entries> entries(const Book::Question& question, const Book::Places& after = {});
  Result<LifecyclePage> lifecycle(const LifecycleQuestion& question) {
    return alert::lifecycle(database_, question);
  }

  /// A notification with the alert in it, or the reason why there was none.
  struct Told {
    std::string id;      ///< of the notification; empty: nobody was notified
    std::string target;  ///< for a suppression the receiver
    /// `pending`, `delivered`, `dead`, `dropped`; for a suppression the reason: `silenced`, …
    std::string outcome;
    /// Attempts; for a pending notification the failed ones since the daemon's start.
    std::uint64_t attempts = 0;
    std::string detail;        ///< of the last attempt; for a suppression its causes, a JSON list
    model::Offset offset = 0;  ///< of the record that caused it
    /// Failed attempts, the newest Receipt::kMostFailed of them.
    std::vector<model::FailedAttempt> failed = {};
    std::string answer = {};  ///< what the target answered to the last attempt
    std::optional<Time> at;   ///< when it ended, by the wall clock; of a suppression engine time
  };
  /// All of them, in the order of their records.
  Result<std::vector<Told>> told_of(const std::string& alert_id);

  /// Totals of the book at one moment.
  struct Sums {
    model::Offset processed = 0;
    std::uint64_t made = 0;  ///< notifications, each once
    std::uint64_t delivered = 0, dead = 0, pending = 0;
    /// Notifications of built-in alerts that were over before any notification was delivered.
    std::uint64_t dropped = 0;
    std::uint64_t lost = 0;                            ///< made, and now neither pending nor ended
    std::map<std::string, std::uint64_t> transitions;  ///< by kind
    /// Alerts that resolved as `lost`, because nothing knew them any more after damage.
    std::uint64_t ended_lost = 0;
    std::map<std::string, std::uint64_t> suppressed;  ///< by reason
    std::uint64_t waiting = 0;  ///< transitions whose group has not been flushed yet
    /// Transitions of which a target was not notified, without a reason, and that wait for nothing.
    std::uint64_t unaccounted = 0;
    std::string example;  ///< an alert with one of these
  };
  Result<Sums> sums();
  /// Receivers of which something was recorded, sorted. Reads all of it, so it is for where there
  /// is nothing else to say.
  Result<std::vector<std::string>> receivers();
  /// How many notifications are pending, by target; a target without any is not in it.
  Result<std::map<std::string, std::uint64_t>> waiting();

 private:
  explicit BookView(Database database) : database_(std::move(database)) {}
  Result<bool> has_column(const char* name);
  Result<void> write_told_sql();
  Result<void> write_sums_sql();
  Database database_;
  std::string told_sql_, failed_sql_, sums_sql_;  // made for the book's version at the first use
};

}  // namespace alarum::alert
