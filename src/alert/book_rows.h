#pragma once
#include "alert/codec.h"
#include "alert/sqlite.h"
#include "model/notification.h"

// The book's rows as values.

namespace alarum::alert {

inline Time time_of(const Cell& cell) { return Time(Duration(integer(cell))); }

/// Columns: sequence, id, target, group_key, body, alert_id, offset, created, headers, facts.
inline model::Notification notification_of(const Database::Row& row) {
  return {text(row[1]), text(row[2]), text(row[3]), text(row[4]), text(row[5]), static_cast<model::Offset>(integer(row[6])),
          time_of(row[7]), static_cast<std::uint64_t>(integer(row[0])), text(row[8]), text(row[9])};
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
