// The book read back as the story of alerts: transitions, who was told, who was not and why.
#include <algorithm>
#include <limits>

#include "alert/book.h"
#include "alert/book_rows.h"

namespace alarum::alert {
namespace {

std::string outcome_of(const Cell& cell) {
  return integer(cell) == 0 ? "pending" : integer(cell) == static_cast<int>(model::Receipt::Outcome::delivered) ? "delivered" : "dead";
}

// ?1 since, ?2 alert, ?3 limit, ?4 until, ?5 receiver or target, ?6 why
constexpr const char* kTransitions = "SELECT at, offset, alert_id, line FROM history WHERE at BETWEEN ?1 AND ?4 AND (?2 = '' OR alert_id = ?2) ORDER BY at DESC, sequence DESC LIMIT ?3";
constexpr const char* kTold =
    "SELECT n.created, n.offset, told.alert_id, n.id, n.target, n.outcome, n.detail, n.attempts FROM notifications n JOIN told ON told.notification = n.sequence "
    "WHERE n.created BETWEEN ?1 AND ?4 AND (?5 = '' OR n.target = ?5 OR substr(n.target, 1, length(?5) + 1) = ?5 || '/') ORDER BY n.created DESC LIMIT ?3";
constexpr const char* kToldOf =
    "SELECT n.created, n.offset, told.alert_id, n.id, n.target, n.outcome, n.detail, n.attempts FROM told JOIN notifications n ON n.sequence = told.notification "
    "WHERE told.alert_id = ?2 AND n.created BETWEEN ?1 AND ?4 AND (?5 = '' OR n.target = ?5 OR substr(n.target, 1, length(?5) + 1) = ?5 || '/') ORDER BY n.created DESC LIMIT ?3";
constexpr const char* kSuppressed =
    "SELECT at, offset, alert_id, receiver, group_key, why, by, state FROM suppressed "
    "WHERE at BETWEEN ?1 AND ?4 AND (?2 = '' OR alert_id = ?2) AND (?5 = '' OR receiver = ?5) AND (?6 = '' OR why = ?6) ORDER BY at DESC, sequence DESC LIMIT ?3";

constexpr std::size_t kMostRows = 100'000;  // that are looked through for alerts named by their labels

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
  const char* const told = question.alert_id.empty() ? kTold : kToldOf;
  const auto until = question.until ? micros(*question.until) : std::numeric_limits<std::int64_t>::max();
  const auto limit = number(question.alert_ids ? kMostRows : question.limit);
  for (const auto& [kind, sql] : {std::pair(Kind::suppressed, kSuppressed), std::pair(Kind::notification, told), std::pair(Kind::transition, kTransitions)}) {
    if (question.kind ? *question.kind != kind : (!question.why.empty() && kind != Kind::suppressed) || (!question.target.empty() && kind == Kind::transition)) continue;
    const auto since = micros(question.since);
    const auto rows = kind == Kind::transition   ? database_.query(sql, {since, question.alert_id, limit, until})
                      : kind == Kind::suppressed ? database_.query(sql, {since, question.alert_id, limit, until, question.target, question.why})
                                                 : database_.query(sql, {since, question.alert_id, limit, until, question.target});
    if (!rows) return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      if (!question.alert_ids || question.alert_ids->contains(text(row[2]))) out.push_back(entry_of(kind, row));
    }
  }
  std::ranges::stable_sort(out, std::ranges::greater(), [](const Entry& entry) { return std::pair(entry.at, entry.offset); });
  if (out.size() > question.limit) out.resize(question.limit);
  return out;
}

Result<std::vector<model::Alert>> Book::firing_since(Time since, std::size_t limit) {
  return alerts_of(database_.query("SELECT alert FROM alerts WHERE state = 1 OR (state = 2 AND changed_at >= ?) ORDER BY changed_at DESC LIMIT ?",
                                   {micros(since), number(limit)}));
}

Result<std::vector<model::Alert>> Book::alerts(bool resolved, std::size_t limit) {
  return alerts_of(database_.query("SELECT alert FROM alerts WHERE state <= ? ORDER BY state, changed_at DESC, id LIMIT ?",
                                   {std::int64_t{resolved ? 2 : 1}, number(limit)}));
}

Result<std::optional<model::Alert>> Book::alert(const std::string& id) {
  auto found = alerts_of(database_.query("SELECT alert FROM alerts WHERE id = ?", {id}));
  if (!found) return std::unexpected(found.error());
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<model::Alert>> Book::told_firing(const std::string& target) {
  return alerts_of(database_.query("SELECT alert FROM alerts WHERE state = 1 AND EXISTS(SELECT 1 FROM told JOIN notifications n ON n.sequence = told.notification "
                                   "WHERE told.alert_id = alerts.id AND n.target = ? AND n.outcome = 1) ORDER BY id", {target}));
}

Result<std::set<std::string>> Book::firing_ids() {
  const auto rows = database_.query("SELECT id FROM alerts WHERE state = 1");
  if (!rows) return std::unexpected(rows.error());
  std::set<std::string> out;
  for (const auto& row : *rows) out.insert(text(row[0]));
  return out;
}

Result<std::vector<Recipient>> Book::recipients(const std::string& alert_id) {
  const auto rows = database_.query("SELECT DISTINCT n.target, n.group_key FROM told JOIN notifications n ON n.sequence = told.notification WHERE told.alert_id = ? AND n.outcome IN (0, 1) "
                                    "ORDER BY 1, 2", {alert_id});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Recipient> out;
  for (const auto& row : *rows) out.push_back({text(row[0]), text(row[1]), {}});
  return out;
}

Result<std::vector<std::string>> Book::history(model::Offset from) {
  const auto rows = database_.query("SELECT line FROM history WHERE offset >= ? ORDER BY sequence", {number(from)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(text(row[0]));
  return out;
}

Result<Book::Counts> Book::counts() {
  const auto rows = database_.query(
      "SELECT (SELECT count(*) FROM alerts WHERE state = 1), (SELECT count(*) FROM alerts WHERE state = 2), "
      "(SELECT count(*) FROM notifications WHERE outcome = 0), (SELECT count(*) FROM notifications WHERE outcome = 1 AND at IS NOT NULL), "
      "(SELECT count(*) FROM notifications WHERE outcome = 2 AND at IS NOT NULL)");
  if (!rows) return std::unexpected(rows.error());
  const auto at = [&](std::size_t column) { return static_cast<std::uint64_t>(integer((*rows)[0][column])); };
  return Counts{at(0), at(1), at(2), at(3), at(4)};
}

}  // namespace alarum::alert
