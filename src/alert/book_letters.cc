// The book's dead letters, and what brings them back.
#include "alert/book.h"
#include "alert/codec.h"

namespace alarum::alert {
namespace {

constexpr const char* kDead = "SELECT 0, id, target, group_key, body, alert_id, offset, created, headers, facts, attempts, detail, at FROM dead WHERE id = ?";
constexpr const char* kWaiting = "SELECT sequence, id, target, group_key, body, alert_id, offset, created, headers, facts FROM outbox WHERE sequence = ?";

Time time_of(const Cell& cell) { return Time(Duration(integer(cell))); }

model::Notification notification_of(const Database::Row& row) {
  model::Notification out;
  out.sequence = static_cast<std::uint64_t>(integer(row[0]));
  out.id = text(row[1]);
  out.target = text(row[2]);
  out.group_key = text(row[3]);
  out.body = text(row[4]);
  out.alert_id = text(row[5]);
  out.offset = static_cast<model::Offset>(integer(row[6]));
  out.created = time_of(row[7]);
  out.headers = text(row[8]);
  out.facts = text(row[9]);
  return out;
}

}  // namespace

Result<std::optional<Book::DeadLetter>> Book::dead_letter(const std::string& id) {
  const auto rows = database_.query(kDead, {id});
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  const auto& row = rows->front();
  return DeadLetter{notification_of(row), text(row[11]), static_cast<std::uint32_t>(integer(row[10])), time_of(row[12])};
}

Result<std::vector<Book::Cause>> Book::dead_causes() {
  const auto rows = database_.query("SELECT target, detail, count(*), min(at), max(at) FROM dead GROUP BY target, detail ORDER BY count(*) DESC, target, detail");
  if (!rows) return std::unexpected(rows.error());
  std::vector<Cause> out;
  for (const auto& row : *rows) out.push_back({text(row[0]), text(row[1]), static_cast<std::uint64_t>(integer(row[2])), time_of(row[3]), time_of(row[4])});
  return out;
}

Result<void> Book::revive(const std::string& letter_id, const model::Notification& notification) {
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = enter(notification);
  if (done) done = database_.run("DELETE FROM dead WHERE id = ?", {letter_id});
  if (done) done = database_.run("COMMIT");
  if (!done) (void)database_.run("ROLLBACK");
  return done;
}

Result<std::optional<model::Notification>> Book::waiting(std::uint64_t sequence) {
  const auto rows = database_.query(kWaiting, {static_cast<std::int64_t>(sequence)});
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? std::nullopt : std::optional(notification_of(rows->front()));
}

Result<void> Book::add(const std::vector<model::Notification>& notifications) {
  if (notifications.empty()) return {};
  auto done = database_.run("BEGIN IMMEDIATE");
  if (!done) return done;
  for (std::size_t i = 0; done && i < notifications.size(); ++i) done = enter(notifications[i]);
  if (done) done = database_.run("COMMIT");
  if (!done) (void)database_.run("ROLLBACK");
  return done;
}

Result<std::optional<model::Alert>> Book::alert(const std::string& id) {
  const auto rows = database_.query("SELECT alert FROM alerts WHERE id = ?", {id});
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  auto alert = parse_alert(text(rows->front()[0]));
  if (!alert) return std::unexpected(alert.error());
  return std::move(*alert);
}

Result<bool> Book::was_told(const std::string& target, const std::string& alert_id) {
  const auto rows = database_.query("SELECT 1 FROM told JOIN receipts USING(id) WHERE told.alert_id = ? AND told.target = ? AND outcome = 1 LIMIT 1", {alert_id, target});
  if (!rows) return std::unexpected(rows.error());
  return !rows->empty();
}

Result<std::vector<model::Alert>> Book::told_firing(const std::string& target) {
  const auto rows = database_.query("SELECT alert FROM alerts WHERE state = 1 AND EXISTS(SELECT 1 FROM told JOIN receipts USING(id) "
                                    "WHERE told.alert_id = alerts.id AND told.target = ? AND outcome = 1) ORDER BY id", {target});
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
