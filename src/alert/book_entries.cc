// Reads the book as the history of alerts: transitions, notifications, and reasons why not.
#include <algorithm>
#include <limits>

#include "alert/book.h"
#include "alert/book_rows.h"

namespace alarum::alert {
namespace {

std::string outcome_of(const Cell& cell) {
  using Outcome = model::Receipt::Outcome;
  const auto outcome = static_cast<Outcome>(integer(cell));
  return outcome == Outcome::waiting     ? "pending"
         : outcome == Outcome::delivered ? "delivered"
         : outcome == Outcome::dropped   ? "dropped"
                                         : "dead";
}

using EntryKind = Book::Entry::Kind;
// The order of entries of the same record.
constexpr std::array kKinds{EntryKind::suppressed, EntryKind::notification, EntryKind::transition,
                            EntryKind::comment};

// Parameters: ?1 since, ?2 until, ?3 to ?5 the place to go on from, ?6 limit, ?7 the alert.
struct Sql {
  const char* of_all;
  const char* of_one;
};
constexpr Sql kTransitions{
    "SELECT at, offset, alert_id, sequence, line FROM history WHERE at BETWEEN ?1 AND ?2 AND (at, "
    "sequence) < (?3, ?4) ORDER BY at DESC, sequence DESC LIMIT ?6",
    "SELECT at, offset, alert_id, sequence, line FROM history WHERE alert_id = ?7 AND at BETWEEN "
    "?1 AND ?2 AND (at, sequence) < (?3, ?4) ORDER BY at DESC, sequence DESC LIMIT ?6"};
constexpr Sql kSuppressed{
    "SELECT at, offset, alert_id, sequence, receiver, group_key, why, by, state FROM suppressed "
    "WHERE at BETWEEN ?1 AND ?2 AND (at, sequence) < (?3, ?4) "
    "ORDER BY at DESC, sequence DESC LIMIT ?6",
    "SELECT at, offset, alert_id, sequence, receiver, group_key, why, by, state FROM suppressed "
    "WHERE alert_id = ?7 AND at BETWEEN ?1 AND ?2 AND (at, sequence) < (?3, ?4) "
    "ORDER BY at DESC, sequence DESC LIMIT ?6"};
constexpr Sql kTold{
    "SELECT n.created, n.offset, told.alert_id, n.sequence, n.id, n.target, n.outcome, n.detail, "
    "n.attempts, n.answer FROM notifications n JOIN told ON told.notification = n.sequence "
    "WHERE n.created BETWEEN ?1 AND ?2 AND (n.created, n.sequence, told.alert_id) < (?3, ?4, ?5) "
    "ORDER BY n.created DESC, n.sequence DESC, told.alert_id DESC LIMIT ?6",
    "SELECT n.created, n.offset, told.alert_id, n.sequence, n.id, n.target, n.outcome, n.detail, "
    "n.attempts, n.answer FROM told JOIN notifications n ON n.sequence = told.notification "
    "WHERE told.alert_id = ?7 AND n.created BETWEEN ?1 AND ?2 AND (n.created, n.sequence, "
    "told.alert_id) < (?3, ?4, ?5) ORDER BY n.created DESC, n.sequence DESC, told.alert_id DESC "
    "LIMIT ?6"};

constexpr Sql kComments{
    "SELECT at, offset, alert_id, sequence, by, text FROM comments WHERE at BETWEEN ?1 AND ?2 AND "
    "(at, sequence) < (?3, ?4) ORDER BY at DESC, sequence DESC LIMIT ?6",
    "SELECT at, offset, alert_id, sequence, by, text FROM comments WHERE alert_id = ?7 AND at "
    "BETWEEN ?1 AND ?2 AND (at, sequence) < (?3, ?4) ORDER BY at DESC, sequence DESC LIMIT ?6"};

Result<std::vector<Database::Row>> rows_of(Database& database, EntryKind kind,
                                           const Book::Question& question,
                                           const Book::Place& after) {
  const auto& sql = kind == EntryKind::notification ? kTold
                    : kind == EntryKind::transition ? kTransitions
                    : kind == EntryKind::comment    ? kComments
                                                    : kSuppressed;
  const auto until = std::min(question.until ? micros(*question.until) : after.at, after.at);
  return database.query(question.alert_id.empty() ? sql.of_all : sql.of_one,
                        {micros(question.since), until, after.at, after.row, after.alert_id,
                         number(question.limit), question.alert_id});
}

Book::Entry entry_of(EntryKind kind, const Database::Row& row) {
  Book::Entry entry;
  entry.kind = kind, entry.at = time_of(row[0]),
  entry.offset = static_cast<model::Offset>(integer(row[1])), entry.alert_id = text(row[2]);
  entry.row = integer(row[3]);
  if (kind == EntryKind::transition) {
    entry.line = text(row[4]);
  } else if (kind == EntryKind::comment) {
    entry.by = text(row[4]), entry.text = text(row[5]);
  } else if (kind == EntryKind::notification) {
    entry.id = text(row[4]), entry.target = text(row[5]), entry.outcome = outcome_of(row[6]),
    entry.detail = text(row[7]);
    entry.attempts = static_cast<std::uint32_t>(integer(row[8])), entry.answer = text(row[9]);
  } else {
    entry.target = text(row[4]), entry.group_key = text(row[5]), entry.outcome = text(row[6]),
    entry.detail = text(row[7]), entry.state = text(row[8]);
  }
  return entry;
}

bool asked_for(const Book::Question& question, EntryKind kind) {
  if (question.kind) return *question.kind == kind;
  return (question.why.empty() || kind == EntryKind::suppressed) &&
         (question.target.empty() || (kind != EntryKind::transition && kind != EntryKind::comment));
}

bool fits(const Book::Question& question, const Book::Entry& entry) {
  if (entry.kind == EntryKind::suppressed)
    return (question.target.empty() || entry.target == question.target) &&
           (question.why.empty() || entry.outcome == question.why);
  return entry.kind == EntryKind::transition || entry.kind == EntryKind::comment ||
         question.target.empty() || entry.target == question.target ||
         entry.target.starts_with(question.target + '/');
}

}  // namespace

Result<Book::Entries> Book::entries(const Question& question, const Places& after) {
  return entries_of(database_, question, after);
}

// Reads each kind by its own index and always takes the newest of the next rows. So the place
// of each kind does not depend on the others.
Result<Book::Entries> entries_of(Database& database, const Book::Question& asked,
                                 const Book::Places& after) {
  auto question = asked;
  if (auto id = whole_alert_id(database, asked.alert_id))
    question.alert_id = std::move(*id);
  else
    return std::unexpected(id.error());
  std::array<std::vector<Database::Row>, kKinds.size()> rows;
  std::array<std::size_t, kKinds.size()> taken{};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (!asked_for(question, kKinds[i])) continue;
    auto found = rows_of(database, kKinds[i], question, after[i]);
    if (!found) return std::unexpected(found.error());
    rows[i] = std::move(*found);
  }
  Book::Entries out{{}, after};
  for (std::size_t looked_at = 0; looked_at < question.limit; ++looked_at) {
    std::optional<std::size_t> newest;
    const auto key = [&](std::size_t i) {
      return std::pair(integer(rows[i][taken[i]][0]), integer(rows[i][taken[i]][1]));
    };
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      if (taken[i] < rows[i].size() && (!newest || key(i) > key(*newest))) newest = i;
    }
    if (!newest) break;
    auto entry = entry_of(kKinds[*newest], rows[*newest][taken[*newest]++]);
    // Also sets the place of kinds of which nothing came yet, so that newer rows do not appear
    // later.
    for (auto& place : *out.next) {
      if (place.row == BookPlace().row) place.at = micros(entry.at);
    }
    (*out.next)[*newest] = {micros(entry.at), entry.row, entry.alert_id};
    if (fits(question, entry)) out.entries.push_back(std::move(entry));
  }
  bool more = false;
  for (std::size_t i = 0; i < kKinds.size(); ++i)
    more |= taken[i] < rows[i].size() || rows[i].size() == question.limit;
  if (!more) out.next.reset();
  return out;
}

Result<Book::Resolved> Book::resolved(const Place& after, std::size_t limit) {
  const auto rows = database_.query(
      "SELECT alert, changed_at, rowid FROM alerts WHERE state = 2 AND changed_at <= ?1 AND "
      "(changed_at, rowid) < (?1, ?2) ORDER BY changed_at DESC, rowid DESC LIMIT ?3",
      {after.at, after.row, number(limit)});
  auto alerts = alerts_of(rows);
  if (!alerts) return std::unexpected(alerts.error());
  Resolved out{std::move(*alerts), std::nullopt};
  if (rows->size() == limit)
    out.next = Place{integer(rows->back()[1]), integer(rows->back()[2]), ""};
  return out;
}

Result<std::optional<model::Alert>> Book::alert(const std::string& id) {
  auto found = alerts_of(database_.query("SELECT alert FROM alerts WHERE id = ?", {id}));
  if (!found) return std::unexpected(found.error());
  return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::vector<model::Alert>> Book::told_firing(const std::string& target) {
  return alerts_of(database_.query(
      "SELECT alert FROM alerts WHERE state = 1 AND EXISTS(SELECT 1 FROM told JOIN notifications n "
      "ON n.sequence = told.notification "
      "WHERE told.alert_id = alerts.id AND n.target = ? AND n.outcome = 1) ORDER BY id",
      {target}));
}

Result<std::set<std::uint64_t>> Book::firing_for(const std::string& target) {
  const auto alerts = alerts_of(
      database_.query("SELECT alert FROM alerts WHERE state = 1 AND EXISTS(SELECT 1 FROM told "
                      "JOIN notifications n ON n.sequence = told.notification "
                      "WHERE told.alert_id = alerts.id AND n.target = ? AND n.outcome IN (0, 1))",
                      {target}));
  if (!alerts) return std::unexpected(alerts.error());
  std::set<std::uint64_t> out;
  for (const auto& alert : *alerts) out.insert(model::fingerprint(alert.labels));
  return out;
}

Result<std::set<std::string>> Book::firing_ids() {
  const auto rows = database_.query("SELECT id FROM alerts WHERE state = 1");
  if (!rows) return std::unexpected(rows.error());
  std::set<std::string> out;
  for (const auto& row : *rows) out.insert(text(row[0]));
  return out;
}

Result<std::vector<Recipient>> Book::recipients(const std::string& alert_id) {
  const auto rows = database_.query(
      "SELECT DISTINCT n.target, n.group_key FROM told JOIN notifications n ON n.sequence = "
      "told.notification WHERE told.alert_id = ? AND n.outcome IN (0, 1) "
      "ORDER BY 1, 2",
      {alert_id});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Recipient> out;
  for (const auto& row : *rows) out.push_back({text(row[0]), text(row[1]), {}});
  return out;
}

Result<std::vector<Recipient>> Book::recipients_left(const model::Alert& alert) {
  const auto rows = database_.query(
      "SELECT n.target, n.group_key FROM told JOIN notifications n ON n.sequence = "
      "told.notification "
      "WHERE told.alert_id = ?1 AND NOT EXISTS (SELECT 1 FROM suppressed s WHERE s.alert_id = ?1 "
      "AND s.receiver = n.target AND s.group_key = n.group_key AND (s.offset, s.at) >= (?2, ?3)) "
      "GROUP BY 1, 2 HAVING NOT max((n.offset, n.as_of) >= (?2, ?3)) "
      "AND max(n.outcome IN (0, 1)) ORDER BY 1, 2",
      {alert.id, number(alert.changed_by), micros(alert.changed_at)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Recipient> out;
  for (const auto& row : *rows) out.push_back({text(row[0]), text(row[1]), {}});
  return out;
}

// Reads backwards, because there is no index by offset. A notification that was made again
// (redrive, fallback) has the offset of the old one, but its time is that of the new one.
Result<std::vector<Book::Made>> Book::made_since(model::Offset offset, Time at) {
  constexpr std::int64_t kPage = 1000;
  std::vector<Made> out;
  for (auto before = std::numeric_limits<std::int64_t>::max();;) {
    const auto rows = database_.query(
        "SELECT sequence, offset, created, target, group_key FROM notifications WHERE sequence < ? "
        "ORDER BY sequence DESC LIMIT ?",
        {before, kPage});
    if (!rows) return std::unexpected(rows.error());
    bool more = false;
    for (const auto& row : *rows) {
      before = integer(row[0]);
      const auto by = static_cast<model::Offset>(integer(row[1]));
      if (by >= offset) out.push_back({by, text(row[3]), text(row[4])});
      more |= by >= offset || time_of(row[2]) >= at;
    }
    if (!more) break;
  }
  std::ranges::sort(out);
  return out;
}

Result<std::map<std::string, std::uint32_t>> Book::open() {
  static const std::string sql =
      "SELECT h.alert_id, max(h.owes) FROM history h WHERE h.offset >= ?1 AND " +
      open_transitions() + " GROUP BY 1";
  const auto rows = database_.query(sql.c_str(), {number(told_)});
  if (!rows) return std::unexpected(rows.error());
  std::map<std::string, std::uint32_t> out;
  for (const auto& row : *rows) out[text(row[0])] = static_cast<std::uint32_t>(integer(row[1]));
  return out;
}

Result<std::set<std::array<std::string, 4>>> Book::reasons(const std::string& alert_id) {
  const auto rows = database_.query(
      "SELECT DISTINCT receiver, group_key, why, state FROM suppressed WHERE alert_id = ?",
      {alert_id});
  if (!rows) return std::unexpected(rows.error());
  std::set<std::array<std::string, 4>> out;
  for (const auto& row : *rows)
    out.insert({text(row[0]), text(row[1]), text(row[2]), text(row[3])});
  return out;
}

Result<std::vector<std::string>> Book::history(model::Offset from) {
  const auto rows = database_.query("SELECT line FROM history WHERE offset >= ? ORDER BY sequence",
                                    {number(from)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(text(row[0]));
  return out;
}

Result<Book::Counts> Book::counts() {
  const auto rows = database_.query(
      "SELECT (SELECT count(*) FROM alerts WHERE state = 1), (SELECT count(*) FROM alerts WHERE "
      "state = 2), "
      "(SELECT count(*) FROM notifications WHERE outcome = 0), (SELECT count(*) FROM notifications "
      "WHERE outcome = 1 AND at IS NOT NULL), "
      "(SELECT count(*) FROM notifications WHERE outcome = 2 AND at IS NOT NULL)");
  if (!rows) return std::unexpected(rows.error());
  const auto at = [&](std::size_t column) {
    return static_cast<std::uint64_t>(integer((*rows)[0][column]));
  };
  return Counts{at(0), at(1), at(2), at(3), at(4)};
}

Result<std::vector<Book::Pending>> Book::pending_by_target() {
  const auto rows = database_.query(
      "SELECT target, count, (SELECT created FROM notifications WHERE sequence = first) FROM "
      "(SELECT target, count(*) AS count, min(sequence) AS first FROM notifications WHERE outcome "
      "= 0 GROUP BY target) ORDER BY target");
  if (!rows) return std::unexpected(rows.error());
  std::vector<Pending> all;
  for (const auto& row : *rows)
    all.push_back({text(row[0]), static_cast<std::uint64_t>(integer(row[1])),
                   Time(Duration(integer(row[2])))});
  return all;
}

}  // namespace alarum::alert
