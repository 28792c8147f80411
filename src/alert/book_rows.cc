#include "alert/book_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "model/suppression_reasons.h"

namespace alarum::alert {
namespace {

using Why = model::Suppressed::Why;

// A list for SQL's IN, with the words of older versions.
std::string words_of(std::initializer_list<Why> reasons) {
  std::string out;
  for (const auto& reason : model::suppression_reasons()) {
    if (std::ranges::find(reasons, reason.why) == reasons.end()) continue;
    out += fmt::format("{}'{}'", out.empty() ? "" : ", ", reason.word);
    if (!reason.old_word.empty()) out += fmt::format(", '{}'", reason.old_word);
  }
  return '(' + out + ')';
}

}  // namespace

std::string open_transitions(bool has_as_of) {
  const auto as_of =
      has_as_of ? "n.as_of" : std::to_string(std::numeric_limits<std::int64_t>::max());
  const auto notified = fmt::format(
      "FROM told t JOIN notifications n ON n.sequence = t.notification "
      "WHERE t.alert_id = h.alert_id AND (n.offset, {}) >= (h.offset, h.at)",
      as_of);
  const auto of_receiver = words_of({Why::silenced, Why::inhibited, Why::muted, Why::refired,
                                     Why::config_changed, Why::absorbed, Why::waiting});
  const auto of_target = words_of({Why::filtered, Why::never_notified, Why::already_notified});
  // The case of a single target comes first, because counting distinct targets costs more.
  return fmt::format(
      "h.owes > 0 "
      "AND h.offset >= coalesce((SELECT value FROM meta WHERE name = 'forgotten'), 0) "
      "AND NOT (h.owes = 1 AND EXISTS (SELECT 1 {0})) "
      "AND NOT EXISTS (SELECT 1 FROM suppressed s WHERE s.alert_id = h.alert_id "
      "AND ((s.offset, s.at) >= (h.offset, h.at) AND s.why IN {1} "
      "OR s.offset > h.offset AND s.why = '{3}')) "
      "AND h.owes > (SELECT count(DISTINCT n.target || ' ' || n.group_key) {0}) "
      "+ (SELECT count(DISTINCT s.receiver || ' ' || s.group_key) FROM suppressed s "
      "WHERE s.alert_id = h.alert_id AND (s.offset, s.at) >= (h.offset, h.at) "
      "AND s.why IN {2})",
      notified, of_receiver, of_target, to_text(Why::lost));
}

Result<std::string> whole_alert_id(Database& database, const std::string& beginning) {
  constexpr std::size_t kShortest = 4, kWhole = 16;  // digits
  constexpr std::size_t kCandidates = 5;             // that are named
  if (beginning.size() < kShortest || beginning.size() >= kWhole ||
      beginning.find_first_not_of("0123456789abcdef") != beginning.npos)
    return beginning;
  const auto rows = database.query(
      "SELECT id FROM alerts WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id = ?1 DESC, id LIMIT ?2",
      {beginning, static_cast<std::int64_t>(kCandidates + 1)});
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return beginning;
  if (rows->size() == 1 || text(rows->front()[0]) == beginning) return text(rows->front()[0]);
  std::string names;
  for (const auto& row : *rows) names += (names.empty() ? "" : ", ") + text(row[0]);
  return fail("bad_request",
              fmt::format("\"{}\" is the beginning of several ids of alerts, write "
                          "more of it: {}{}",
                          beginning, names, rows->size() > kCandidates ? ", …" : ""));
}

}  // namespace alarum::alert
