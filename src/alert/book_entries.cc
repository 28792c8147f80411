// The book read back as the story of alerts: transitions, who was told, who was not and why.
#include <algorithm>

#include "alert/book.h"
#include "alert/codec.h"

namespace alarum::alert {
namespace {

Time time_of(const Cell& cell) { return Time(Duration(integer(cell))); }

std::string outcome_of(const Cell& cell) {
  if (std::holds_alternative<std::nullptr_t>(cell)) return "pending";
  return integer(cell) == static_cast<int>(model::Receipt::Outcome::delivered) ? "delivered" : "dead";
}

constexpr const char* kTransitions = "SELECT at, offset, alert_id, line FROM history WHERE at >= ?1 AND (?2 = '' OR alert_id = ?2) ORDER BY at DESC, sequence DESC LIMIT ?3";
constexpr const char* kTold =
    "SELECT told.at, told.offset, told.alert_id, told.id, told.target, receipts.outcome, receipts.detail, receipts.attempts FROM told "
    "LEFT JOIN receipts ON receipts.id = told.id WHERE told.at >= ?1 AND (?2 = '' OR told.alert_id = ?2) ORDER BY told.at DESC LIMIT ?3";
constexpr const char* kSuppressed =
    "SELECT at, offset, alert_id, receiver, group_key, why, by, state FROM suppressed WHERE at >= ?1 AND (?2 = '' OR alert_id = ?2) ORDER BY at DESC, sequence DESC LIMIT ?3";

Book::Entry entry_of(Book::Entry::Kind kind, const Database::Row& row) {
  Book::Entry entry;
  entry.kind = kind, entry.at = time_of(row[0]), entry.offset = static_cast<model::Offset>(integer(row[1])), entry.alert_id = text(row[2]);
  if (kind == Book::Entry::Kind::transition) {
    entry.line = text(row[3]);
  } else if (kind == Book::Entry::Kind::notification) {
    entry.id = text(row[3]), entry.target = text(row[4]), entry.outcome = outcome_of(row[5]), entry.detail = text(row[6]);
    entry.attempts = static_cast<std::uint32_t>(integer(row[7]));
  } else {
    entry.target = text(row[3]), entry.group_key = text(row[4]), entry.outcome = text(row[5]), entry.detail = text(row[6]), entry.state = text(row[7]);
  }
  return entry;
}

}  // namespace

Result<std::vector<Book::Entry>> Book::entries(const Question& question) {
  using Kind = Entry::Kind;
  std::vector<Entry> out;
  for (const auto& [kind, sql] : {std::pair(Kind::suppressed, kSuppressed), std::pair(Kind::notification, kTold), std::pair(Kind::transition, kTransitions)}) {
    const auto rows = database_.query(sql, {question.since.time_since_epoch().count(), question.alert_id, static_cast<std::int64_t>(question.limit)});
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) out.push_back(entry_of(kind, row));
  }
  std::ranges::stable_sort(out, std::ranges::greater(), [](const Entry& entry) { return std::pair(entry.at, entry.offset); });
  if (out.size() > question.limit) out.resize(question.limit);
  return out;
}

Result<std::vector<model::Alert>> Book::fired_since(Time since, std::size_t limit) {
  const auto rows = database_.query("SELECT alert FROM alerts WHERE id IN (SELECT alert_id FROM history WHERE at >= ?) ORDER BY changed_at DESC LIMIT ?",
                                    {since.time_since_epoch().count(), static_cast<std::int64_t>(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Alert> out;
  for (const auto& row : *rows) {
    auto alert = parse_alert(text(row[0]));
    if (!alert) return std::unexpected(alert.error());
    out.push_back(std::move(*alert));
  }
  return out;
}

}  // namespace alarum::alert
