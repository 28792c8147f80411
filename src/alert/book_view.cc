#include "alert/book_view.h"

#include "alert/book_rows.h"
#include "alert/codec.h"
#include "model/suppression_reasons.h"

namespace alarum::alert {
namespace {

std::vector<std::string> lines_of(const std::vector<Database::Row>& rows) {
  std::vector<std::string> lines;
  for (const auto& row : rows) lines.push_back(text(row[0]));
  return lines;
}

BookView::Told told(const Database::Row& row) {
  BookView::Told told{text(row[0]),
                      text(row[1]),
                      model::current_suppression_word(text(row[2])),
                      static_cast<std::uint64_t>(integer(row[3])),
                      text(row[4]),
                      static_cast<model::Offset>(integer(row[5])),
                      {},
                      text(row[7]),
                      std::nullopt};
  if (!std::holds_alternative<std::nullptr_t>(row[6])) told.at = Time(Duration(integer(row[6])));
  return told;
}

}  // namespace

Result<BookView> BookView::open(const std::string& path, SqliteFiles* through) {
  auto database = Database::open_read_only(path, through);
  if (!database) return std::unexpected(database.error());
  BookView view(std::move(*database));
  // These functions are faster than SQLite's own JSON functions, which parse the whole text.
  for (const auto& [name, of] :
       {std::pair("kind_in", &kind_in), std::pair("reason_in", &reason_in)}) {
    if (auto done = view.database_.add_function(name, of); !done)
      return std::unexpected(done.error());
  }
  return view;
}

// Whether the table of notifications has the column, which older books may lack.
Result<bool> BookView::has_column(const char* name) {
  const auto column = database_.query(
      "SELECT 1 FROM pragma_table_info('notifications') WHERE name = ?", {std::string(name)});
  if (!column) return std::unexpected(column.error());
  return !column->empty();
}

// Books before version 7 do not have the answers of targets.
Result<void> BookView::write_told_sql() {
  const auto has_answer = has_column("answer");
  if (!has_answer) return std::unexpected(has_answer.error());
  const std::string answer = *has_answer ? "answer" : "''";
  told_sql_ =
      "SELECT n.id, n.target, CASE n.outcome WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' WHEN 4 "
      "THEN 'dropped' ELSE 'dead' END, n.attempts, n.detail, n.offset, n.at, " +
      answer +
      " FROM told JOIN notifications n ON n.sequence = told.notification WHERE told.alert_id = ?1 "
      "UNION ALL SELECT '', receiver, why, 0, by, offset, at, '' FROM suppressed WHERE alert_id = "
      "?1 AND why <> 'annulled' ORDER BY 6, 2";
  failed_sql_ = "SELECT at, detail, " + answer +
                " FROM failed_attempts WHERE notification = (SELECT sequence FROM notifications "
                "WHERE id = ?) ORDER BY rowid";
  return {};
}

Result<model::Offset> BookView::processed() {
  const auto rows = database_.query("SELECT value FROM meta WHERE name = 'processed'");
  if (!rows) return std::unexpected(rows.error());
  return rows->empty() ? model::Offset{0} : static_cast<model::Offset>(integer((*rows)[0][0]));
}

Result<model::Offset> BookView::complete_from() {
  const auto rows = database_.query(
      "SELECT coalesce(max(value), 0) FROM meta WHERE name IN ('forgotten', 'history_from')");
  return rows ? Result<model::Offset>(static_cast<model::Offset>(integer((*rows)[0][0])))
              : std::unexpected(rows.error());
}

Result<std::vector<std::string>> BookView::history(model::Offset from, model::Offset to) {
  const auto rows =
      database_.query("SELECT line FROM history WHERE offset >= ? AND offset < ? ORDER BY sequence",
                      {number(from), number(to)});
  return rows ? Result<std::vector<std::string>>(lines_of(*rows)) : std::unexpected(rows.error());
}

Result<std::vector<std::string>> BookView::history_of(const std::string& alert_id) {
  const auto rows =
      database_.query("SELECT line FROM history WHERE alert_id = ? ORDER BY sequence", {alert_id});
  return rows ? Result<std::vector<std::string>>(lines_of(*rows)) : std::unexpected(rows.error());
}

Result<std::optional<model::Alert>> BookView::alert(const std::string& id) {
  const auto whole = whole_alert_id(database_, id);
  if (!whole) return std::unexpected(whole.error());
  const auto rows = database_.query("SELECT alert FROM alerts WHERE id = ?", {*whole});
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return std::optional<model::Alert>();
  auto alert = parse_alert(text((*rows)[0][0]));
  return alert ? Result<std::optional<model::Alert>>(std::move(*alert))
               : std::unexpected(alert.error());
}

Result<Book::Entries> BookView::entries(const Book::Question& question, const Book::Places& after) {
  const auto version = database_.query("SELECT value FROM meta WHERE name = 'version'");
  if (!version) return std::unexpected(version.error());
  const auto found = version->empty() ? 0 : integer((*version)[0][0]);
  constexpr int kWithComments = 10;
  if (found < kWithComments)
    return fail("history_version",
                "the history has version " + std::to_string(found) +
                    ": start this version's daemon on it once, which brings it up to date");
  return entries_of(database_, question, after);
}

Result<std::vector<BookView::Told>> BookView::told_of(const std::string& alert_id) {
  if (told_sql_.empty()) {
    if (auto done = write_told_sql(); !done) return std::unexpected(done.error());
  }
  const auto rows = database_.query(told_sql_.c_str(), {alert_id});
  if (!rows) return std::unexpected(rows.error());
  std::vector<Told> out;
  for (const auto& row : *rows) out.push_back(told(row));
  for (auto& one : out) {
    if (one.id.empty() || one.attempts == 0) continue;
    const auto failed = database_.query(failed_sql_.c_str(), {one.id});
    if (!failed) return std::unexpected(failed.error());
    for (const auto& row : *failed)
      one.failed.push_back({Time(Duration(integer(row[0]))), text(row[1]), text(row[2])});
  }
  return out;
}

Result<std::vector<std::string>> BookView::receivers() {
  const auto rows = database_.query(
      "SELECT DISTINCT substr(target, 1, instr(target, '/') - 1) FROM notifications "
      "UNION SELECT DISTINCT receiver FROM suppressed ORDER BY 1");
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> out;
  for (const auto& row : *rows) out.push_back(text(row[0]));
  return out;
}

Result<std::map<std::string, std::uint64_t>> BookView::waiting() {
  const auto rows = database_.query(
      "SELECT target, count(*) FROM notifications WHERE outcome = 0 GROUP BY target");
  if (!rows) return std::unexpected(rows.error());
  std::map<std::string, std::uint64_t> out;
  for (const auto& row : *rows) out[text(row[0])] = static_cast<std::uint64_t>(integer(row[1]));
  return out;
}

// A single statement, so that all totals are of the same moment.
Result<void> BookView::write_sums_sql() {
  const auto has_as_of = has_column("as_of");
  if (!has_as_of) return std::unexpected(has_as_of.error());
  sums_sql_ = "WITH open AS MATERIALIZED (SELECT h.offset, h.alert_id FROM history h WHERE " +
              open_transitions(*has_as_of) +
              "), "
              "split AS MATERIALIZED (SELECT alert_id, offset >= coalesce((SELECT value FROM meta "
              "WHERE name = 'told'), 0) AS waits FROM open), "
              "gone AS (SELECT DISTINCT notification FROM told WHERE notification NOT IN (SELECT "
              "sequence FROM notifications)) "
              "SELECT 'waiting', count(*) FROM split WHERE waits UNION ALL SELECT 'unaccounted ' "
              "|| coalesce(min(alert_id), ''), count(*) FROM split WHERE NOT waits "
              "UNION ALL SELECT 'processed', value FROM meta WHERE name = 'processed' "
              "UNION ALL SELECT 'lost', count(*) FROM gone "
              "UNION ALL SELECT CASE outcome WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' WHEN 4 "
              "THEN 'dropped' ELSE 'dead' END, count(*) FROM notifications GROUP BY 1 "
              "UNION ALL SELECT 'suppressed ' || why, count(*) FROM suppressed GROUP BY why "
              "UNION ALL SELECT 'ended_lost', count(*) FROM alerts WHERE state = 2 AND "
              "reason_in(alert) = '7' "
              "UNION ALL SELECT 'transition ' || kind_in(line), count(*) FROM history GROUP BY 1";
  return {};
}

Result<BookView::Sums> BookView::sums() {
  if (sums_sql_.empty()) {
    if (auto done = write_sums_sql(); !done) return std::unexpected(done.error());
  }
  const auto rows = database_.query(sums_sql_.c_str());
  if (!rows) return std::unexpected(rows.error());
  Sums sums;
  for (const auto& row : *rows) {
    const auto& name = text(row[0]);
    const auto value = static_cast<std::uint64_t>(integer(row[1]));
    const auto space = name.find(' ');
    if (name == "processed")
      sums.processed = value;
    else if (name == "waiting")
      sums.waiting = value;
    else if (name.starts_with("unaccounted"))
      sums.unaccounted = value, sums.example = name.substr(space + 1);
    else if (name == "delivered")
      sums.delivered = value;
    else if (name == "dead")
      sums.dead = value;
    else if (name == "dropped")
      sums.dropped = value;
    else if (name == "pending")
      sums.pending = value;
    else if (name == "ended_lost")
      sums.ended_lost = value;
    else if (name == "lost")
      sums.lost = value;
    else if (name.starts_with("suppressed"))
      sums.suppressed[model::current_suppression_word(name.substr(space + 1))] = value;
    else
      sums.transitions[name.substr(space + 1)] = value;
  }
  sums.made = sums.delivered + sums.dead + sums.dropped + sums.pending + sums.lost;
  return sums;
}

}  // namespace alarum::alert
