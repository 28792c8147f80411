#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert/sqlite.h"
#include "model/alert.h"
#include "model/notification.h"
#include "model/record.h"

namespace alarum::alert {

/// The book as another process reads it, beside the daemon that writes it: what was decided, whom
/// we told.
class BookView {
 public:
  /// Errors: `not_found`; of each question: `book_error` where a newer binary has changed the
  /// tables that it reads.
  static Result<BookView> open(const std::string& path, SqliteFiles* through = nullptr);

  /// Every record below it is in.
  Result<model::Offset> processed();
  /// From this offset on no transition was forgotten (retention): what is recorded can be compared
  /// with a replay.
  Result<model::Offset> complete_from();
  /// The transitions with an offset in [from, to), in order, a history_line() each.
  Result<std::vector<std::string>> history(model::Offset from, model::Offset to);
  /// Those of one alert.
  Result<std::vector<std::string>> history_of(const std::string& alert_id);
  Result<std::optional<model::Alert>> alert(const std::string& id);

  /// One notification that an alert stood in, or why there was none.
  struct Told {
    std::string id;      ///< of the notification; empty: nobody was told
    std::string target;  ///< of a suppression the receiver
    /// `pending`, `delivered`, `dead`, `dropped`; of a suppression why: `silenced`, `inhibited`, …
    std::string outcome;
    /// Of a pending one: that were not taken, since the daemon's start
    std::uint64_t attempts = 0;
    std::string detail;        ///< of the last answer; of a suppression by what, as a JSON list
    model::Offset offset = 0;  ///< of the record that caused it
    /// Attempts that the target did not take, the newest Receipt::kMostFailed
    std::vector<model::FailedAttempt> failed = {};
    std::string answer = {};  ///< what the target said to that, as model::Receipt's
    std::optional<Time> at;   ///< of the end, by the wall clock; of a suppression engine time
  };
  /// In the order of their records.
  Result<std::vector<Told>> told_of(const std::string& alert_id);

  /// What the book holds, at one moment.
  struct Sums {
    model::Offset processed = 0;
    std::uint64_t made = 0;  ///< notifications, each once
    std::uint64_t delivered = 0, dead = 0, pending = 0;
    /// Of built-in alerts that were over before anything of them was delivered
    std::uint64_t dropped = 0;
    std::uint64_t lost = 0;                            ///< made, and neither waiting nor at an end
    std::map<std::string, std::uint64_t> transitions;  ///< by kind
    /// Of those that resolved: alerts that nothing knew any more after damage
    std::uint64_t ended_lost = 0;
    std::map<std::string, std::uint64_t> suppressed;  ///< by why
    std::uint64_t waiting = 0;  ///< transitions that wait for their group to be told
    /// Transitions of which a target was neither told, nor recorded why not, nor waits
    std::uint64_t unaccounted = 0;
    std::string example;  ///< an alert with such a one
  };
  Result<Sums> sums();
  /// How many notifications wait, by target; targets for which none does are not in it.
  Result<std::map<std::string, std::uint64_t>> waiting();

 private:
  explicit BookView(Database database) : database_(std::move(database)) {}
  Result<bool> has_column(const char* name);
  Result<void> write_told_sql();
  Result<void> write_sums_sql();
  Database database_;
  std::string told_sql_, failed_sql_, sums_sql_;  // empty: not asked for yet
};

}  // namespace alarum::alert
