#pragma once
#include <limits>
#include <string>

#include "alert/codec.h"
#include "alert/sqlite.h"
#include "model/notification.h"

// The book's rows as values.

namespace alarum::alert {

inline Time time_of(const Cell& cell) {
  return Time(Duration(integer(cell)));
}

/// What notification_of() reads: the first columns of a row.
inline const std::string kNotificationColumns =
    "sequence, id, target, group_key, body, alert_id, offset, created, headers, facts, as_of";
constexpr std::size_t kNotificationCells = 11;

inline model::Notification notification_of(const Database::Row& row) {
  const auto number_in = [&](std::size_t i) { return static_cast<std::uint64_t>(integer(row[i])); };
  model::Notification out{text(row[1]), text(row[2]),    text(row[3]), text(row[4]), text(row[5]),
                          number_in(6), time_of(row[7]), number_in(0), text(row[8]), text(row[9])};
  out.as_of = time_of(row[10]);
  return out;
}

/// Rows of `history h` that somebody is to be told of and neither was nor is it recorded why not.
/// Of a transition its targets are told by notifications of its record or a later one, or it says
/// in `suppressed` why not: of one target, or of all of a receiver. Of several transitions within
/// one record, by those that were made at its time or later. What was lost at a start is what came
/// before that. What it was told before is not known of transitions from before `forgotten`.
inline constexpr std::string_view kOpenTransitions =
    "h.owes > 0 AND h.offset >= coalesce((SELECT value FROM meta WHERE name = 'forgotten'), 0) "
    // First whether it was told to the one target that it is owed to: that costs less than how many
    // different ones there are.
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

/// The same of a book that may be older than version 8, and has no `as_of` then.
inline std::string open_transitions(bool has_as_of) {
  std::string sql(kOpenTransitions);
  constexpr std::string_view kName = "n.as_of";
  for (auto at = sql.find(kName); !has_as_of && at != std::string::npos; at = sql.find(kName)) {
    sql.replace(at, kName.size(), std::to_string(std::numeric_limits<std::int64_t>::max()));
  }
  return sql;
}

/// The alert that is each row's only column.
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
