#include "alert/book.h"

#include <algorithm>

#include "alert/codec.h"

namespace alarum::alert {
namespace {

constexpr std::int64_t kVersion = 3;

constexpr const char* kSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216;
)";

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts(
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  alert TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alerts_by_state ON alerts(state, changed_at);
CREATE TABLE IF NOT EXISTS history(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, at INTEGER NOT NULL, alert_id TEXT NOT NULL, line TEXT NOT NULL,
  UNIQUE(offset, alert_id, line));
CREATE TABLE IF NOT EXISTS outbox(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL, group_key TEXT NOT NULL,
  body TEXT NOT NULL, alert_id TEXT NOT NULL, offset INTEGER NOT NULL, created INTEGER NOT NULL, headers TEXT NOT NULL DEFAULT '',
  facts TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS receipts(
  id TEXT PRIMARY KEY, target TEXT NOT NULL, alert_id TEXT NOT NULL, offset INTEGER NOT NULL, outcome INTEGER NOT NULL,
  attempts INTEGER NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS receipts_by_time ON receipts(at);
CREATE INDEX IF NOT EXISTS receipts_by_outcome ON receipts(outcome);
CREATE TABLE IF NOT EXISTS told(
  alert_id TEXT NOT NULL, id TEXT NOT NULL, target TEXT NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(alert_id, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_by_time ON told(at);
CREATE TABLE IF NOT EXISTS suppressed(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, at INTEGER NOT NULL, alert_id TEXT NOT NULL, receiver TEXT NOT NULL,
  group_key TEXT NOT NULL, why TEXT NOT NULL, by TEXT NOT NULL, state TEXT NOT NULL,
  UNIQUE(alert_id, offset, at, receiver, group_key, why, state));
CREATE INDEX IF NOT EXISTS suppressed_by_time ON suppressed(at);
CREATE INDEX IF NOT EXISTS history_by_alert ON history(alert_id);
CREATE INDEX IF NOT EXISTS history_by_time ON history(at);
CREATE TABLE IF NOT EXISTS dead(
  id TEXT PRIMARY KEY, target TEXT NOT NULL, group_key TEXT NOT NULL, body TEXT NOT NULL, alert_id TEXT NOT NULL,
  offset INTEGER NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL,
  headers TEXT NOT NULL DEFAULT '', facts TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
)";

// Columns that tables of older books do not have.
struct Column {
  const char* table;
  const char* name;
  const char* add;
};
constexpr Column kNewColumns[] = {
    {"outbox", "headers", "ALTER TABLE outbox ADD COLUMN headers TEXT NOT NULL DEFAULT ''"},
    {"outbox", "facts", "ALTER TABLE outbox ADD COLUMN facts TEXT NOT NULL DEFAULT ''"},
    {"dead", "headers", "ALTER TABLE dead ADD COLUMN headers TEXT NOT NULL DEFAULT ''"},
    {"dead", "facts", "ALTER TABLE dead ADD COLUMN facts TEXT NOT NULL DEFAULT ''"},
};

std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
Time from_micros(const Cell& cell) { return Time(Duration(integer(cell))); }
Cell number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Columns: sequence, id, target, group_key, body, alert_id, offset, created, headers, facts.
model::Notification notification_of(const Database::Row& row) {
  return {text(row[1]), text(row[2]), text(row[3]), text(row[4]), text(row[5]), static_cast<model::Offset>(integer(row[6])),
          from_micros(row[7]), static_cast<std::uint64_t>(integer(row[0])), text(row[8]), text(row[9])};
}

}  // namespace

Result<std::unique_ptr<Book>> Book::open(const std::string& path) {
  auto database = Database::open(path);
  if (!database) return std::unexpected(database.error());
  std::unique_ptr<Book> book(new Book(std::move(*database)));
  if (auto ready = book->prepare(); !ready) return fail(ready.error().reason, path + ": " + ready.error().message);
  return book;
}

Result<void> Book::prepare() {
  if (auto done = database_.script(kSettings); !done) return done;
  if (auto done = database_.script(kSchema); !done) return done;
  const auto version = database_.query("SELECT value FROM meta WHERE name = 'version'");
  if (!version) return std::unexpected(version.error());
  if (!version->empty() && integer((*version)[0][0]) > kVersion) {
    return fail("book_version", "written by a newer alarum (version " + std::to_string(integer((*version)[0][0])) + ")");
  }
  for (const auto& column : kNewColumns) {
    const auto there = database_.query("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", {std::string(column.table), std::string(column.name)});
    if (!there) return std::unexpected(there.error());
    if (auto done = there->empty() ? database_.script(column.add) : Result<void>(); !done) return done;
  }
  if (auto done = database_.run("INSERT OR REPLACE INTO meta VALUES('version', ?)", {kVersion}); !done) return done;
  const auto processed = database_.query("SELECT value FROM meta WHERE name = 'processed'");
  if (!processed) return std::unexpected(processed.error());
  if (!processed->empty()) processed_ = static_cast<model::Offset>(integer((*processed)[0][0]));
  return {};
}

template <class Work>
Result<void> Book::transaction(const Work& work) {
  if (auto begun = database_.run("BEGIN IMMEDIATE"); !begun) return begun;
  auto done = work();
  if (done) done = database_.run("COMMIT");
  if (!done) (void)database_.run("ROLLBACK");
  return done;
}

Result<void> Book::commit(const Batch& batch) {
  auto done = transaction([&] { return enter_all(batch); });
  if (done) processed_ = batch.processed;
  return done;
}

Result<void> Book::enter_all(const Batch& batch) {
  for (const auto& change : batch.changes) {
    if (auto done = enter(change); !done) return done;
  }
  for (const auto& notification : batch.notifications) {
    if (auto done = enter(notification); !done) return done;
  }
  for (const auto& suppressed : batch.suppressed) {
    if (auto done = enter(suppressed); !done) return done;
  }
  return database_.run("INSERT OR REPLACE INTO meta VALUES('processed', ?)", {number(batch.processed)});
}

Result<void> Book::enter(const model::Change& change) {
  const auto& alert = change.alert;
  const auto done = database_.run("INSERT OR REPLACE INTO alerts VALUES(?, ?, ?, ?, ?, ?)",
                                  {alert.id, alert.rule, alert.key, static_cast<std::int64_t>(alert.state), micros(alert.changed_at),
                                   alert_json(alert)});
  if (!done || change.kind == model::Change::Kind::repeated) return done;
  return database_.run("INSERT OR IGNORE INTO history(offset, at, alert_id, line) VALUES(?, ?, ?, ?)",
                       {number(change.offset), micros(change.at), alert.id, history_line(change)});
}

Result<void> Book::enter(const model::Suppressed& s) {
  return database_.run("INSERT OR IGNORE INTO suppressed(offset, at, alert_id, receiver, group_key, why, by, state) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                       {number(s.offset), micros(s.at), s.alert_id, s.receiver, s.group_key, std::string(to_text(s.why)), list_json(s.by), std::string(to_text(s.state))});
}

Result<void> Book::enter(const model::Notification& n) {
  for (const auto& alert_id : n.alert_ids) {
    const auto told = database_.run("INSERT OR IGNORE INTO told VALUES(?, ?, ?, ?, ?)", {alert_id, n.id, n.target, number(n.offset), micros(n.created)});
    if (!told) return told;
  }
  return database_.run(
      "INSERT OR IGNORE INTO outbox(id, target, group_key, body, alert_id, offset, created, headers, facts) "
      "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS(SELECT 1 FROM receipts WHERE id = ?1)",
      {n.id, n.target, n.group_key, n.body, n.alert_id, number(n.offset), micros(n.created), n.headers, n.facts});
}

Result<std::vector<model::Notification>> Book::pending(std::uint64_t after, std::size_t limit) {
  const auto rows = database_.query(
      "SELECT sequence, id, target, group_key, body, alert_id, offset, created, headers, facts FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
      {number(after), number(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Notification> out;
  for (const auto& row : *rows) out.push_back(notification_of(row));
  return out;
}

Result<void> Book::record(const std::vector<model::Receipt>& receipts) {
  return transaction([&]() -> Result<void> {
    for (const auto& receipt : receipts) {
      const std::vector<Cell> common{number(receipt.sequence), std::int64_t{receipt.attempts}, receipt.detail, micros(receipt.at)};
      if (receipt.outcome == model::Receipt::Outcome::dead) {
        const auto dead = database_.run(
            "INSERT OR REPLACE INTO dead(id, target, group_key, body, alert_id, offset, created, attempts, detail, at, headers, facts) "
            "SELECT id, target, group_key, body, alert_id, offset, created, ?2, ?3, ?4, headers, facts "
            "FROM outbox WHERE sequence = ?1",
            common);
        if (!dead) return dead;
      }
      auto all = common;
      all.emplace_back(static_cast<std::int64_t>(receipt.outcome));
      const auto kept = database_.run(
          "INSERT OR REPLACE INTO receipts SELECT id, target, alert_id, offset, ?5, ?2, ?3, ?4 FROM outbox WHERE sequence = ?1", all);
      if (!kept) return kept;
      if (auto gone = database_.run("DELETE FROM outbox WHERE sequence = ?", {number(receipt.sequence)}); !gone) return gone;
    }
    return {};
  });
}

Result<std::size_t> Book::bury_strays(const std::vector<std::string>& targets, Time now) {
  const auto rows = database_.query("SELECT sequence, target FROM outbox ORDER BY sequence");
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Receipt> receipts;
  for (const auto& row : *rows) {
    if (std::find(targets.begin(), targets.end(), text(row[1])) != targets.end()) continue;
    receipts.push_back({static_cast<std::uint64_t>(integer(row[0])), model::Receipt::Outcome::dead, 0, "target_gone", now});
  }
  if (receipts.empty()) return 0;
  if (auto done = record(receipts); !done) return std::unexpected(done.error());
  return receipts.size();
}

Result<Book::Counts> Book::counts() {
  const auto rows = database_.query(
      "SELECT (SELECT count(*) FROM alerts WHERE state = 1), (SELECT count(*) FROM alerts WHERE state = 2), "
      "(SELECT count(*) FROM outbox), (SELECT count(*) FROM receipts WHERE outcome = 1), (SELECT count(*) FROM dead)");
  if (!rows) return std::unexpected(rows.error());
  const auto at = [&](std::size_t column) { return static_cast<std::uint64_t>(integer((*rows)[0][column])); };
  return Counts{at(0), at(1), at(2), at(3), at(4)};
}

Result<std::vector<model::Alert>> Book::alerts(bool resolved, std::size_t limit) {
  const auto rows = database_.query("SELECT alert FROM alerts WHERE state <= ? ORDER BY state, changed_at DESC, id LIMIT ?",
                                    {std::int64_t{resolved ? 2 : 1}, number(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Alert> out;
  for (const auto& row : *rows) {
    auto alert = parse_alert(text(row[0]));
    if (!alert) return std::unexpected(alert.error());
    out.push_back(std::move(*alert));
  }
  return out;
}

Result<std::vector<std::string>> Book::history(model::Offset from) {
  const auto rows = database_.query("SELECT line FROM history WHERE offset >= ? ORDER BY sequence", {number(from)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(text(row[0]));
  return out;
}

Result<std::vector<Book::DeadLetter>> Book::dead_letters(std::size_t limit) {
  const auto rows = database_.query(
      "SELECT 0, id, target, group_key, body, alert_id, offset, created, headers, facts, attempts, detail, at FROM dead ORDER BY at DESC LIMIT ?",
      {number(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<DeadLetter> out;
  for (const auto& row : *rows) {
    out.push_back({notification_of(row), text(row[11]), static_cast<std::uint32_t>(integer(row[10])), from_micros(row[12])});
  }
  return out;
}

Result<void> Book::prune(Time before) {
  const std::vector<Cell> limit{micros(before)};
  return transaction([&]() -> Result<void> {
    for (const char* sql : {"DELETE FROM alerts WHERE state = 2 AND changed_at < ?", "DELETE FROM receipts WHERE at < ?",
                            "DELETE FROM dead WHERE at < ?", "DELETE FROM told WHERE at < ?", "DELETE FROM suppressed WHERE at < ?", "DELETE FROM history WHERE at < ? AND alert_id NOT IN (SELECT id FROM alerts)"}) {
      if (auto done = database_.run(sql, limit); !done) return done;
    }
    return {};
  });
}

}  // namespace alarum::alert
