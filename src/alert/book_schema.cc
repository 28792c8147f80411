// The book's tables, and how rows of older books get into them. Rows are appended where possible,
// because an engine that makes thousands of notifications a second must not touch a different page
// for each of them.
#include "alert/book_schema.h"

#include <fmt/format.h>

#include <string>

#include "base/newer_format.h"
#include "model/suppression_reasons.h"

namespace alarum::alert {
namespace {

// The cache is large enough for the indexes of a burst. The book itself makes checkpoints of the
// WAL.
constexpr const char* kSettings = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA journal_size_limit = 16777216;
PRAGMA cache_size = -32768;
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)";

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS alerts(
  id TEXT NOT NULL UNIQUE, rule TEXT NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, changed_at INTEGER NOT NULL, alert TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS alerts_by_state ON alerts(state, changed_at);
CREATE TABLE IF NOT EXISTS history(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, at INTEGER NOT NULL, alert_id TEXT NOT NULL, mark INTEGER NOT NULL, line TEXT NOT NULL,
  owes INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS history_by_mark ON history(offset, mark);
CREATE INDEX IF NOT EXISTS history_by_alert ON history(alert_id);
CREATE INDEX IF NOT EXISTS history_by_time ON history(at);
CREATE TABLE IF NOT EXISTS notifications(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, target TEXT NOT NULL, group_key TEXT NOT NULL, alert_id TEXT NOT NULL,
  offset INTEGER NOT NULL, created INTEGER NOT NULL, outcome INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '', at INTEGER, body TEXT, headers TEXT, facts TEXT, answer TEXT NOT NULL DEFAULT '',
  as_of INTEGER NOT NULL DEFAULT 9223372036854775807);
CREATE INDEX IF NOT EXISTS notifications_waiting ON notifications(target, sequence) WHERE outcome = 0;
CREATE INDEX IF NOT EXISTS notifications_ended ON notifications(outcome, at) WHERE at IS NOT NULL;
CREATE INDEX IF NOT EXISTS notifications_by_time ON notifications(created);
CREATE TABLE IF NOT EXISTS told(
  alert_id TEXT NOT NULL, notification INTEGER NOT NULL, PRIMARY KEY(alert_id, notification)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_by_notification ON told(notification);
CREATE TABLE IF NOT EXISTS failed_attempts(notification INTEGER NOT NULL, at INTEGER NOT NULL, detail TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS failed_attempts_by_notification ON failed_attempts(notification);
CREATE TABLE IF NOT EXISTS suppressed(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL, at INTEGER NOT NULL, alert_id TEXT NOT NULL, receiver TEXT NOT NULL,
  group_key TEXT NOT NULL, why TEXT NOT NULL, by TEXT NOT NULL, state TEXT NOT NULL,
  UNIQUE(alert_id, offset, at, receiver, group_key, why, state));
CREATE INDEX IF NOT EXISTS suppressed_by_time ON suppressed(at);
CREATE TABLE IF NOT EXISTS comments(
  sequence INTEGER PRIMARY KEY, offset INTEGER NOT NULL UNIQUE, at INTEGER NOT NULL, alert_id TEXT NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS comments_by_alert ON comments(alert_id);
CREATE INDEX IF NOT EXISTS comments_by_time ON comments(at);
CREATE TABLE IF NOT EXISTS lifecycle(
  offset INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, gap INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS destinations(target TEXT PRIMARY KEY, destination TEXT NOT NULL) WITHOUT ROWID;
)";

// Books up to version 3 had one table for pending notifications, one for ended ones and one for
// dead letters. The marks of old transitions only have to differ, because transitions before
// `processed` are not entered again.
constexpr const char* kSetAside = R"(
ALTER TABLE alerts RENAME TO old_alerts;
ALTER TABLE history RENAME TO old_history;
ALTER TABLE told RENAME TO old_told;
DROP INDEX IF EXISTS alerts_by_state;
DROP INDEX IF EXISTS history_by_alert;
DROP INDEX IF EXISTS history_by_time;
)";
constexpr const char* kCarryOver = R"(
INSERT INTO alerts(id, rule, key, state, changed_at, alert) SELECT id, rule, key, state, changed_at, alert FROM old_alerts ORDER BY changed_at;
INSERT INTO history(sequence, offset, at, alert_id, mark, line) SELECT sequence, offset, at, alert_id, sequence, line FROM old_history;
INSERT INTO notifications(id, target, group_key, alert_id, offset, created, outcome, attempts, detail, at, body, headers, facts)
  SELECT r.id, r.target, coalesce(d.group_key, ''), r.alert_id, r.offset, coalesce(d.created, r.at), r.outcome, r.attempts, r.detail, r.at, d.body, d.headers, d.facts
  FROM receipts r LEFT JOIN dead d ON d.id = r.id ORDER BY r.at;
INSERT INTO notifications(id, target, group_key, alert_id, offset, created, body, headers, facts)
  SELECT id, target, group_key, alert_id, offset, created, body, headers, facts FROM outbox ORDER BY sequence;
INSERT OR IGNORE INTO told SELECT o.alert_id, n.sequence FROM old_told o JOIN notifications n ON n.id = o.id;
DROP TABLE old_alerts;
DROP TABLE old_history;
DROP TABLE old_told;
DROP TABLE outbox;
DROP TABLE receipts;
DROP TABLE dead;
)";

// Columns and tables that are missing in books before version 3; one that is missing before version
// 6, two before 7, and one before 8 (`as_of`: old notifications count as made at the end of their
// record's step).
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
constexpr Column kAdded[] = {
    {"history", "owes", "ALTER TABLE history ADD COLUMN owes INTEGER NOT NULL DEFAULT 0"},
    {"notifications", "answer",
     "ALTER TABLE notifications ADD COLUMN answer TEXT NOT NULL DEFAULT ''"},
    {"failed_attempts", "answer",
     "ALTER TABLE failed_attempts ADD COLUMN answer TEXT NOT NULL DEFAULT ''"},
    {"notifications", "as_of",
     "ALTER TABLE notifications ADD COLUMN as_of INTEGER NOT NULL DEFAULT 9223372036854775807"},
};
constexpr const char* kNewTables =
    "CREATE TABLE IF NOT EXISTS told(alert_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY "
    "KEY(alert_id, id)) WITHOUT ROWID";

Result<std::int64_t> version_of(Database& database) {
  const auto rows = database.query("SELECT value FROM meta WHERE name = 'version'");
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? 0 : integer((*rows)[0][0]);
}

Result<void> complete(Database& database, const Column& column) {
  const auto there = database.query("SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
                                    {column.table, column.name});
  if (!there) return std::unexpected(there.error());
  return there->empty() ? database.script(column.add) : Result<void>();
}

Result<void> complete_old(Database& database) {
  for (const auto& column : kNewColumns) {
    if (auto done = complete(database, column); !done) return done;
  }
  return database.script(kNewTables);
}

// Versions before 9 have other words for four reasons.
Result<void> rename_reasons(Database& database) {
  std::string renamed, old_words;
  for (const auto& reason : model::suppression_reasons()) {
    if (reason.old_word.empty()) continue;
    renamed += fmt::format(" WHEN '{}' THEN '{}'", reason.old_word, reason.word);
    old_words += fmt::format("{}'{}'", old_words.empty() ? "" : ", ", reason.old_word);
  }
  return database.script(fmt::format("UPDATE suppressed SET why = CASE why{} END WHERE why IN ({})",
                                     renamed, old_words)
                             .c_str());
}

Result<void> carry_over(Database& database) {
  if (auto done = complete_old(database); !done) return done;
  if (auto done = database.script(kSetAside); !done) return done;
  if (auto done = database.script(kSchema); !done) return done;
  return database.script(kCarryOver);
}

}  // namespace

Result<void> prepare_book(Database& database) {
  if (auto done = database.script(kSettings); !done) return done;
  const auto version = version_of(database);
  if (!version) return std::unexpected(version.error());
  if (*version > kBookVersion) {
    const auto newer = newer_format("the book", static_cast<std::uint64_t>(*version), kBookVersion);
    return fail("history_version", newer.error().message);
  }
  if (*version == kBookVersion) return {};
  return database.transaction([&]() -> Result<void> {
    if (auto done = *version > 0 && *version < 4 ? carry_over(database) : database.script(kSchema);
        !done)
      return done;
    for (const auto& column : kAdded) {
      if (auto done = complete(database, column); !done) return done;
    }
    if (auto done = rename_reasons(database); !done) return done;
    return database.run("INSERT OR REPLACE INTO meta VALUES('version', ?)", {kBookVersion});
  });
}

}  // namespace alarum::alert
