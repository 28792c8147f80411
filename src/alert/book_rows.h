#pragma once
#include <limits>
#include <string>

#include "alert/codec.h"
#include "alert/sqlite.h"
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
inline constexpr std::string_view kOpenTransitions =
    "h.owes > 0 AND h.offset >= coalesce((SELECT value FROM meta WHERE name = 'forgotten'), 0) "
    // First whether the only target that must be notified was: that is cheaper than to count
    // different targets.
    "AND NOT (h.owes = 1 AND EXISTS (SELECT 1 FROM told t "
    "JOIN notifications n ON n.sequence = t.notification "
    "WHERE t.alert_id = h.alert_id AND (n.offset, n.as_of) >= (h.offset, h.at))) "
    "AND NOT EXISTS (SELECT 1 FROM suppressed s WHERE s.alert_id = h.alert_id "
    "AND ((s.offset, s.at) >= (h.offset, h.at) AND s.why IN "
    "('silenced', 'inhibited', 'muted', 'refired', 'rerouted', 'absorbed', 'waiting') "
    "OR s.offset > h.offset AND s.why = 'lost')) "
    "AND h.owes > (SELECT count(DISTINCT n.target || ' ' || n.group_key) FROM told t "
    "JOIN notifications n ON n.sequence = t.notification "
    "WHERE t.alert_id = h.alert_id AND (n.offset, n.as_of) >= (h.offset, h.at)) "
    "+ (SELECT count(DISTINCT s.receiver || ' ' || s.group_key) FROM suppressed s "
    "WHERE s.alert_id = h.alert_id AND (s.offset, s.at) >= (h.offset, h.at) "
    "AND s.why IN ('unwanted', 'untold', 'known'))";

/// The same condition for a book that may be older than version 8, which has no `as_of` column. The
/// column is then replaced by the greatest time.
inline std::string open_transitions(bool has_as_of) {
  std::string sql(kOpenTransitions);
  constexpr std::string_view kName = "n.as_of";
  for (auto at = sql.find(kName); !has_as_of && at != std::string::npos; at = sql.find(kName)) {
    sql.replace(at, kName.size(), std::to_string(std::numeric_limits<std::int64_t>::max()));
  }
  return sql;
}

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
