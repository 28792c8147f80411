// Single notifications of the book: dead letters, and how they are replaced.
#include "alert/book.h"
#include "alert/book_rows.h"

namespace alarum::alert {
namespace {

const std::string kOfLetter = ", attempts, detail, at, answer";
const std::string kLetters =
    "SELECT sequence, id, target, group_key, '', alert_id, offset, created, '', '', as_of" +
    kOfLetter +
    " FROM notifications WHERE outcome = 2 AND at <= ? AND (at, sequence) < (?, ?) "
    "ORDER BY at DESC, sequence DESC LIMIT ?";
const std::string kLetter = "SELECT " + kNotificationColumns + kOfLetter +
                            " FROM notifications WHERE id = ? AND outcome = 2";
const std::string kWaiting =
    "SELECT " + kNotificationColumns + " FROM notifications WHERE id = ? AND outcome = 0";

Book::DeadLetter letter_of(const Database::Row& row) {
  const auto* const more = &row[kNotificationCells];
  return {notification_of(row), text(more[1]), text(more[3]),
          static_cast<std::uint32_t>(integer(more[0])), time_of(more[2])};
}

}  // namespace

Result<std::vector<Book::DeadLetter>> Book::dead_letters(std::size_t limit,
                                                         const DeadLetterPlace& behind) {
  const auto at = behind.at.time_since_epoch().count();
  const auto rows =
      database_.query(kLetters.c_str(), {at, at, number(behind.sequence), number(limit)});
  if (!rows) return std::unexpected(rows.error());
  std::vector<DeadLetter> out;
  for (const auto& row : *rows) out.push_back(letter_of(row));
  return out;
}

Result<std::optional<Book::DeadLetter>> Book::dead_letter(const std::string& id) {
  const auto rows = database_.query(kLetter.c_str(), {id});
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? std::nullopt : std::optional(letter_of(rows->front()));
}

Result<std::vector<Book::Cause>> Book::dead_causes() {
  const auto rows = database_.query(
      "SELECT target, detail, count(*), min(at), max(at), max(answer) FROM notifications WHERE "
      "outcome = 2 AND at IS NOT NULL "
      "GROUP BY target, detail ORDER BY count(*) DESC, target, detail");
  if (!rows) return std::unexpected(rows.error());
  std::vector<Cause> out;
  for (const auto& row : *rows)
    out.push_back({text(row[0]), text(row[1]), static_cast<std::uint64_t>(integer(row[2])),
                   time_of(row[3]), time_of(row[4]), text(row[5])});
  return out;
}

// The letter stays in the history of its alerts, and is not a dead letter any more.
Result<void> Book::revive(const std::string& letter_id, const model::Notification& again) {
  if (auto done = enter(again); !done) return done;
  return database_.run(
      "UPDATE notifications SET outcome = 3, body = NULL, headers = NULL, facts = NULL "
      "WHERE id = ? AND outcome = 2",
      {letter_id});
}

Result<std::optional<model::Notification>> Book::waiting(const std::string& id) {
  const auto rows = database_.query(kWaiting.c_str(), {id});
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? std::nullopt : std::optional(notification_of(rows->front()));
}

Result<bool> Book::was_told(const std::string& target, const std::string& alert_id) {
  const auto rows = database_.query(
      "SELECT 1 FROM told JOIN notifications n ON n.sequence = told.notification WHERE "
      "told.alert_id = ? AND n.target = ? AND n.outcome = 1 LIMIT 1",
      {alert_id, target});
  if (!rows) return std::unexpected(rows.error());
  return !rows->empty();
}

}  // namespace alarum::alert
