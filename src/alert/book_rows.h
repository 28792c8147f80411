#pragma once
#include <string>

#include "alert/codec.h"
#include "alert/sqlite.h"
#include "base/result.h"
#include "model/notification.h"

// Rows of the book as values, and the SQL that several files share. Cells are in the order of the
// columns that a statement names; a missing or wrong cell reads as 0 or an empty text.

namespace alarum::alert {

/// A time column: microseconds since 1970.
inline Time time_of(const Cell& cell) {
  return Time(Duration(integer(cell)));
}

/// The columns that notification_of() reads; they must come first in a row.
inline const std::string kNotificationColumns =
    "sequence, id, target, group_key, body, alert_id, offset, created, headers, facts, as_of";
/// How many columns that are, so that a reader finds those behind them.
constexpr std::size_t kNotificationCells = 11;

inline model::Notification notification_of(const Database::Row& row) {
  const auto number_in = [&](std::size_t i) { return static_cast<std::uint64_t>(integer(row[i])); };
  model::Notification out{text(row[1]), text(row[2]),    text(row[3]), text(row[4]), text(row[5]),
                          number_in(6), time_of(row[7]), number_in(0), text(row[8]), text(row[9])};
  out.as_of = time_of(row[10]);
  return out;
}

/// SQL condition for rows of `history h` of which a target has to be notified and was not, without
/// a recorded reason. A target counts as notified of a transition if a notification of the same
/// record or a later one exists. A reason in `suppressed` is for one target, or for all targets of
/// a receiver. If a record has several transitions, only notifications and reasons made at the
/// transition's time or later count. A reason `lost` covers everything before it. Transitions
/// before `forgotten` are left out, because their notifications may be deleted.
/// A database that a tool reads before the daemon has migrated it may be older: without `as_of` it
/// is older than version 8, and before version 9 some reasons had other words.
std::string open_transitions(bool has_as_of = true);

/// The id that begins so, of at least 4 digits, where one alert alone has such an id; otherwise
/// `beginning` itself. `bad_request` with the candidates if there are several.
Result<std::string> whole_alert_id(Database& database, const std::string& beginning);

/// The alerts in rows whose only column is an alert_json(). Errors are those of `rows` and of
/// parse_alert().
inline Result<std::vector<model::Alert>> alerts_of(const Result<std::vector<Database::Row>>& rows) {
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Alert> out;
  out.reserve(rows->size());
  for (const auto& row : *rows) {
    auto alert = parse_alert(text(row[0]));
    if (!alert) return std::unexpected(alert.error());
    out.push_back(std::move(*alert));
  }
  return out;
}

}  // namespace alarum::alert
