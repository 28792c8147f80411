#include "alert/book.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "alert/book_rows.h"
#include "alert/book_schema.h"
#include "alert/codec.h"
#include "base/hash.h"

namespace alarum::alert {
namespace {

// A checkpoint of the WAL is made at 1 MiB. All writes wait for it. Frequent small checkpoints cost
// a tenth of the throughput and avoid stalls of 140 ms (docs/benchmarks.md).
constexpr int kCheckpointPages = 250;

// Alert id → index of its last change.
std::unordered_map<std::string_view, std::size_t> newest_changes(const Book::Batch& batch) {
  std::unordered_map<std::string_view, std::size_t> out;
  for (std::size_t i = 0; i < batch.changes.size(); ++i) out[batch.changes[i].alert.id] = i;
  return out;
}

// Notification id → its receipt, if it is the only one in the batch, ends the notification, and
// does not require its content to be stored.
std::unordered_map<std::string_view, const model::Receipt*> only_receipts(
    const Book::Batch& batch) {
  using Outcome = model::Receipt::Outcome;
  std::unordered_map<std::string_view, const model::Receipt*> out;
  for (const auto& one : batch.receipts) {
    const bool keeps = one.outcome == Outcome::waiting || one.outcome == Outcome::dead;
    const auto [at, first] = out.try_emplace(one.id, keeps ? nullptr : &one);
    if (!first) at->second = nullptr;
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Book>> Book::open(const std::string& path, SqliteFiles* through) {
  auto database = Database::open(path, through);
  if (!database) return std::unexpected(database.error());
  std::unique_ptr<Book> book(new Book(std::move(*database)));
  book->database_.checkpoint_by_hand();
  if (auto ready = prepare_book(book->database_); !ready)
    return fail(ready.error().reason, path + ": " + ready.error().message);
  model::Offset processed = 0;
  for (const auto& [name, value] :
       {std::pair("processed", &processed), std::pair("told", &book->told_)}) {
    const auto found = book->database_.query("SELECT value FROM meta WHERE name = ?", {name});
    if (!found) return std::unexpected(found.error());
    if (!found->empty()) *value = static_cast<model::Offset>(integer((*found)[0][0]));
  }
  book->processed_ = processed;
  const auto newest =
      book->database_.query("SELECT seq FROM sqlite_sequence WHERE name = 'notifications'");
  if (!newest) return std::unexpected(newest.error());
  if (!newest->empty())
    book->newest_sequence_ = static_cast<std::uint64_t>(integer((*newest)[0][0]));
  // It is not known whether syncs of the process before failed, and the system may not have been
  // restarted since. If writing again fails now, it is tried again later.
  (void)book->settle();
  return book;
}

// Closing would make a checkpoint, and SQLite would take a WAL in doubt for one that is on disk.
Book::~Book() {
  if (syncs_.doubt()) database_.leave_wal();
}

Result<void> Book::commit(const Batch& batch) {
  auto done = database_.transaction([&] { return enter_all(batch); });
  if (!done) return done;
  processed_ = std::max(processed_.load(), batch.processed);
  checkpoint_wal();
  return {};
}

// Makes no checkpoint while the WAL is in doubt: it would overwrite pages of the database while the
// new ones may be lost in a power cut. If it fails for another reason (a full disk), the WAL grows,
// and the next commit tries again.
void Book::checkpoint_wal() {
  if (database_.wal_pages() < kCheckpointPages) return;
  (void)syncs_.sync([this]() -> Result<void> {
    auto done = database_.checkpoint();
    return !done && done.error().reason == "sync_failed" ? done : Result<void>();
  });
}

std::map<std::string, std::uint64_t> Book::news() {
  const std::lock_guard lock(news_mutex_);
  return std::exchange(news_, {});
}

Result<void> Book::settle() {
  return syncs_.settle([this] { return database_.write_again(); });
}

Result<void> Book::enter_all(const Batch& batch) {
  const auto all = [this](const auto& rows) -> Result<void> {
    for (const auto& row : rows) {
      if (auto done = enter(row); !done) return done;
    }
    return {};
  };
  const auto newest = newest_changes(batch);
  for (std::size_t i = 0; i < batch.changes.size(); ++i) {
    const auto& change = batch.changes[i];
    const bool last = newest.at(change.alert.id) == i;
    // An alert that many events repeat has one row, with its state after the last of them.
    if (!last && change.kind == model::Change::Kind::repeated) continue;
    if (auto done = enter(change, i < batch.owes.size() ? batch.owes[i] : 0, last); !done)
      return done;
  }
  const auto receipts = only_receipts(batch);
  std::unordered_set<const model::Receipt*> entered;
  for (const auto& one : batch.notifications) {
    const auto receipt = receipts.find(one.id);
    if (receipt == receipts.end() || !receipt->second) {
      if (auto done = enter(one); !done) return done;
      continue;
    }
    const auto fresh = enter_ended(one, *receipt->second);
    if (!fresh) return std::unexpected(fresh.error());
    if (*fresh) entered.insert(receipt->second);
  }
  if (auto done = all(batch.suppressed); !done) return done;
  if (auto done = all(batch.comments); !done) return done;
  if (auto done = all(batch.lifecycle); !done) return done;
  for (const auto& [letter, again] : batch.revived) {
    if (auto done = revive(letter, again); !done) return done;
  }
  for (const auto& one : batch.receipts) {
    if (entered.contains(&one)) continue;
    if (auto done = enter(one); !done) return done;
  }
  if (batch.processed <= processed_) return {};
  return database_.run("INSERT OR REPLACE INTO meta VALUES('processed', ?), ('told', ?)",
                       {number(batch.processed), number(batch.told)});
}

Result<void> Book::enter(const model::Change& change, std::uint32_t owes, bool newest) {
  const auto& alert = change.alert;
  const auto text = alert_json(alert);
  const auto done = newest ? enter_state(alert, text) : Result<void>();
  if (!done || change.kind == model::Change::Kind::repeated) return done;
  const auto line = history_line(change, text);
  return database_.run(
      "INSERT OR IGNORE INTO history(offset, at, alert_id, mark, line, owes) VALUES(?, ?, ?, ?, ?, "
      "?)",
      {number(change.offset), micros(change.at), alert.id, number(fnv1a(line)), line,
       std::int64_t{owes}});
}

Result<void> Book::enter_state(const model::Alert& alert, const std::string& text) {
  return database_.run(
      "INSERT INTO alerts(id, rule, key, state, changed_at, alert) VALUES(?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at, "
      "alert = excluded.alert",
      {alert.id, alert.rule, alert.key, static_cast<std::int64_t>(alert.state),
       micros(alert.changed_at), text});
}

Result<void> Book::enter(const model::Suppressed& s) {
  return database_.run(
      "INSERT OR IGNORE INTO suppressed(offset, at, alert_id, receiver, group_key, why, by, state) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      {number(s.offset), micros(s.at), s.alert_id, s.receiver, s.group_key, to_text(s.why),
       list_json(s.by), to_text(s.state)});
}

// A record makes one comment at most, so a replay enters it once.
Result<void> Book::enter(const Batch::Comment& comment) {
  return database_.run(
      "INSERT OR IGNORE INTO comments(offset, at, alert_id, by, text) VALUES(?, ?, ?, ?, ?)",
      {number(comment.offset), micros(comment.at), comment.alert_id, comment.by, comment.text});
}

Result<void> Book::enter(const model::Notification& n) {
  // A sequence that exists already is an error, unlike an id that exists already.
  const auto sequence = database_.insert(
      "INSERT INTO notifications(sequence, id, target, group_key, alert_id, offset, created, body, "
      "headers, facts, as_of) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO NOTHING",
      {number(n.sequence > 0 ? n.sequence : next_sequence()), n.id, n.target, n.group_key,
       n.alert_id, number(n.offset), micros(n.created), n.body, n.headers, n.facts,
       micros(n.as_of)});
  if (!sequence) return std::unexpected(sequence.error());
  return *sequence ? note_entered(n, **sequence) : Result<void>();
}

// Writes a notification that ended before it was entered, in its final form, so that most rows are
// written once. False if its id exists already.
Result<bool> Book::enter_ended(const model::Notification& n, const model::Receipt& receipt) {
  const auto sequence = database_.insert(
      "INSERT INTO notifications(sequence, id, target, group_key, alert_id, offset, created, "
      "outcome, attempts, detail, at, answer, as_of) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO NOTHING",
      {number(n.sequence > 0 ? n.sequence : next_sequence()), n.id, n.target, n.group_key,
       n.alert_id, number(n.offset), micros(n.created), static_cast<std::int64_t>(receipt.outcome),
       std::int64_t{receipt.attempts}, receipt.detail, micros(receipt.at), receipt.answer,
       micros(n.as_of)});
  if (!sequence) return std::unexpected(sequence.error());
  if (!*sequence) return false;
  if (auto done = note_entered(n, **sequence); !done) return std::unexpected(done.error());
  return true;
}

Result<void> Book::note_entered(const model::Notification& n, std::int64_t sequence) {
  for (const auto& alert_id : n.alert_ids) {
    auto done = database_.run("INSERT OR IGNORE INTO told VALUES(?, ?)", {alert_id, sequence});
    if (!done) return done;
  }
  const std::lock_guard lock(news_mutex_);
  auto& newest = news_[n.target];
  newest = std::max(newest, static_cast<std::uint64_t>(sequence));
  return {};
}

// The content is kept of dead letters only. A notification that has ended is not changed, because a
// replay enters receipts again.
Result<void> Book::enter(const model::Receipt& receipt) {
  using Outcome = model::Receipt::Outcome;
  const Value attempts = std::int64_t{receipt.attempts}, at = micros(receipt.at);
  if (receipt.outcome == Outcome::waiting) return enter_attempt(receipt);
  if (receipt.outcome == Outcome::dead) {
    // A receipt without an answer (as of one that grew too old) leaves the last attempt's answer.
    return database_.run(
        "UPDATE notifications SET outcome = 2, attempts = ?2, detail = ?3, at = ?4, "
        "answer = CASE ?5 WHEN '' THEN answer ELSE ?5 END WHERE id = ?1 AND outcome = 0",
        {receipt.id, attempts, receipt.detail, at, receipt.answer});
  }
  return database_.run(
      "UPDATE notifications SET outcome = ?5, attempts = ?2, detail = ?3, at = ?4, answer = ?6, "
      "body = NULL, headers = NULL, facts = NULL WHERE id = ?1 AND outcome = 0",
      {receipt.id, attempts, receipt.detail, at, static_cast<std::int64_t>(receipt.outcome),
       receipt.answer});
}

Result<void> Book::enter_attempt(const model::Receipt& receipt) {
  const auto rows = database_.query(
      "SELECT sequence FROM notifications WHERE id = ? AND outcome = 0", {receipt.id});
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return {};
  const Value sequence = integer(rows->front()[0]);
  if (auto done = database_.run(
          "INSERT INTO failed_attempts(notification, at, detail, answer) VALUES(?, ?, ?, ?)",
          {sequence, micros(receipt.at), receipt.detail, receipt.answer});
      !done)
    return done;
  if (auto done = database_.run(
          "DELETE FROM failed_attempts WHERE notification = ?1 AND rowid NOT IN (SELECT rowid FROM "
          "failed_attempts WHERE notification = ?1 ORDER BY rowid DESC LIMIT ?2)",
          {sequence, model::Receipt::kMostFailed});
      !done)
    return done;
  return database_.run(
      "UPDATE notifications SET attempts = ?2, detail = ?3, answer = ?4 WHERE sequence = ?1",
      {sequence, std::int64_t{receipt.attempts}, receipt.detail, receipt.answer});
}

Result<std::vector<model::Notification>> Book::pending(const std::string& target,
                                                       std::uint64_t after, std::size_t limit) {
  static const std::string sql =
      "SELECT " + kNotificationColumns +
      " FROM notifications "
      "WHERE outcome = 0 AND target = ? AND sequence > ? ORDER BY sequence LIMIT ?";
  const auto rows = database_.query(sql.c_str(), {target, number(after), number(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Notification> out;
  out.reserve(rows->size());
  for (const auto& row : *rows) {
    auto& one = out.emplace_back(notification_of(row));
    if (!one.group_key.starts_with(model::kOwnGroups)) continue;
    const auto unheard = is_unheard_end(one);
    if (!unheard) return std::unexpected(unheard.error());
    one.unheard = *unheard;
  }
  return out;
}

// Each built-in alert is a group of its own, so the message has one change.
Result<bool> Book::is_unheard_end(const model::Notification& one) {
  const auto message = parse_message(one.facts);
  if (!message || message->changes.front().alert.state != model::AlertState::resolved) return false;
  const auto told = was_told(one.target, one.alert_id);
  if (!told) return std::unexpected(told.error());
  return !*told;
}

Result<std::vector<model::Receipt>> Book::strays(const std::set<std::string>& targets, Time now) {
  const auto rows =
      database_.query("SELECT id, target FROM notifications WHERE outcome = 0 ORDER BY sequence");
  if (!rows) return std::unexpected(rows.error());
  std::vector<model::Receipt> out;
  for (const auto& row : *rows) {
    if (targets.contains(text(row[1]))) continue;
    out.push_back(
        {text(row[0]), model::Receipt::Outcome::dead, 0, "target_gone", now, text(row[1])});
  }
  return out;
}

Result<Book::Destinations> Book::destinations() {
  const auto rows = database_.query("SELECT target, destination FROM destinations");
  if (!rows) return std::unexpected(rows.error());
  Destinations out;
  for (const auto& row : *rows) out[text(row[0])] = text(row[1]);
  return out;
}

Result<void> Book::set_destinations(const Destinations& destinations) {
  return database_.transaction([&]() -> Result<void> {
    if (auto done = database_.run("DELETE FROM destinations"); !done) return done;
    for (const auto& [target, destination] : destinations) {
      if (auto done = database_.run("INSERT INTO destinations VALUES(?, ?)", {target, destination});
          !done)
        return done;
    }
    return {};
  });
}

Result<bool> Book::has_older(Time before) {
  const auto rows = database_.query(
      "SELECT EXISTS(SELECT 1 FROM alerts WHERE state = 2 AND changed_at < ?1) "
      "OR EXISTS(SELECT 1 FROM notifications WHERE outcome IN (1, 2, 3, 4) AND at < ?1) "
      "OR EXISTS(SELECT 1 FROM suppressed WHERE at < ?1) "
      "OR EXISTS(SELECT 1 FROM comments WHERE at < ?1 AND alert_id NOT IN (SELECT id FROM alerts)) "
      "OR EXISTS(SELECT 1 FROM lifecycle WHERE at < ?1 AND offset < (SELECT max(offset) FROM "
      "lifecycle WHERE at < ?1)) "
      "OR EXISTS(SELECT 1 FROM history WHERE at < ?1 AND alert_id NOT IN (SELECT id FROM alerts))",
      {micros(before)});
  if (!rows) return std::unexpected(rows.error());
  return integer((*rows)[0][0]) != 0;
}

// Writes nothing if there is nothing to delete, as after most checkpoints.
Result<void> Book::prune(Time before) {
  const auto has = has_older(before);
  if (!has) return std::unexpected(has.error());
  return *has ? forget(before) : Result<void>();
}

// The statements are in an order in which each still finds the rows that it depends on. Of
// transitions up to `forgotten`, it is not known any more who was notified. The newest of the old
// rows of `lifecycle` stays, because it says how the run before the next start ended.
Result<void> Book::forget(Time before) {
  return database_.transaction([&]() -> Result<void> {
    for (const char* sql :
         {"INSERT OR REPLACE INTO meta SELECT 'forgotten', 1 + max(coalesce((SELECT value - 1 FROM "
          "meta WHERE name = 'forgotten'), -1), "
          "coalesce((SELECT max(offset) FROM notifications WHERE outcome IN (1, 2, 3, 4) AND at < "
          "?1), -1), coalesce((SELECT max(offset) FROM suppressed WHERE at < ?1), -1))",
          "DELETE FROM alerts WHERE state = 2 AND changed_at < ?",
          "DELETE FROM told WHERE notification IN (SELECT sequence FROM notifications WHERE "
          "outcome IN (1, 2, 3, 4) AND at < ?)",
          "DELETE FROM failed_attempts WHERE notification IN (SELECT sequence FROM notifications "
          "WHERE outcome IN (1, 2, 3, 4) AND at < ?)",
          "DELETE FROM notifications WHERE outcome IN (1, 2, 3, 4) AND at < ?",
          "DELETE FROM suppressed WHERE at < ?",
          "DELETE FROM comments WHERE at < ? AND alert_id NOT IN (SELECT id FROM alerts)",
          "DELETE FROM lifecycle WHERE at < ?1 AND offset < (SELECT max(offset) FROM lifecycle "
          "WHERE at < ?1)",
          "INSERT OR REPLACE INTO meta SELECT 'history_from', max(coalesce((SELECT value FROM meta "
          "WHERE name = 'history_from'), 0), "
          "coalesce((SELECT 1 + max(offset) FROM history WHERE at < ? AND alert_id NOT IN (SELECT "
          "id FROM alerts)), 0))",
          "DELETE FROM history WHERE at < ? AND alert_id NOT IN (SELECT id FROM alerts)"}) {
      if (auto done = database_.run(sql, {micros(before)}); !done) return done;
    }
    return {};
  });
}

}  // namespace alarum::alert
