#include "cli/history_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/diagnostics.h"
#include "base/percent.h"
#include "base/printable.h"
#include "base/time.h"
#include "cli/api_client.h"
#include "cli/data_folder.h"
#include "cli/folder_history.h"
#include "cli/selection.h"

namespace alarum::cli {
namespace {

using Entry = nlohmann::ordered_json;

constexpr std::size_t kEntries = 1000;  // where nobody says how many
constexpr std::size_t kPage = 5000;     // of one answer

struct Listed {
  Entry entries = Entry::array();
  bool more = false;                   // there are older ones
  std::vector<std::string> receivers;  // that there are, where there are no entries
};

std::string who(const Entry& entry) {
  const auto kind = entry.value("kind", "");
  // The rule and key that became no alert
  if (entry.value("why", "") == "annulled") return entry.value("group", "");
  return kind == "notification" ? entry.value("target", "")
         : kind == "suppressed" ? entry.value("receiver", "")
                                : "";
}

// `anna: looking into it, until 2026-11-28T12:00:00Z`
std::string care_words(const Entry& entry) {
  const auto by = entry.value("by", ""), comment = entry.value("comment", "");
  auto text = by + (by.empty() || comment.empty() ? "" : ": ") + comment;
  const auto& after = entry.at("after");
  const auto until =
      after.contains("acknowledged") ? after.at("acknowledged").value("until", "") : "";
  return until.empty() ? text : text + ", until " + until.substr(0, 19) + "Z";
}

std::string what(const Entry& entry) {
  const auto kind = entry.value("kind", "");
  if (kind == "acknowledged" || kind == "unacknowledged") return care_words(entry);
  if (kind == "comment") return entry.value("by", "") + ": " + entry.value("comment", "");
  if (kind == "notification") {
    const auto attempts = entry.value("attempts", 0);
    const auto answer = entry.value("answer", "");
    return fmt::format("{}: {}{}{}", entry.value("outcome", ""), entry.value("detail", ""),
                       answer.empty() ? "" : fmt::format(" \"{}\"", answer),
                       attempts > 1 ? fmt::format(", {} attempts", attempts) : "");
  }
  if (kind == "suppressed") {
    std::string by;
    for (const auto& one : entry.at("by")) by += (by.empty() ? "" : ", ") + one.get<std::string>();
    return fmt::format("{} ({}){}", entry.value("why", ""), entry.value("state", ""),
                       by.empty() ? "" : " by " + by);
  }
  const auto& after = entry.at("after");
  const auto reason = after.value("reason", "");
  return after.at("labels").value("alertname", "") + " " + after.value("key", "") +
         (reason.empty() ? "" : " (" + reason + ")");
}

// `the bridge had died: its last record is of 2026-11-28T12:00:00Z, 34s before`
std::string start_words(const Entry& entry) {
  const auto before = entry.value("before", "");
  if (before == "nothing") return "for the first time";
  const auto gap = Duration(static_cast<std::int64_t>(entry.value("gap_seconds", 0.0) * 1e6));
  const auto since = fmt::format("its last record is of {}Z, {} before",
                                 entry.value("last_record", "").substr(0, 19),
                                 format_duration(std::chrono::floor<std::chrono::seconds>(gap)));
  return before == "died"      ? "the bridge had died: " + since
         : before == "stopped" ? "it had been stopped: " + since
                               : "the history does not know how it had ended: " + since;
}

void write_bridge(const Entry& entries, std::ostream& out) {
  constexpr auto kRow = "{:<20} {:<10} {}\n";
  out << fmt::format(kRow, "AT", "KIND", "WHAT");
  for (const auto& entry : entries) {
    const auto kind = entry.value("kind", "");
    out << fmt::format(kRow, entry.value("at", "").substr(0, 19) + "Z", kind,
                       kind == "started"    ? start_words(entry)
                       : kind == "reloaded" ? "rules " + entry.value("generation", "").substr(0, 16)
                                            : "");
  }
}

void write_alerts(const Entry& entries, std::ostream& out) {
  constexpr auto kRow = "{:<20} {:<16} {:<14} {:<24} {}\n";
  out << fmt::format(kRow, "AT", "ALERT", "KIND", "WHO", "WHAT");
  for (const auto& entry : entries) {
    out << fmt::format(kRow, entry.value("at", "").substr(0, 19) + "Z", entry.value("alert", ""),
                       entry.value("kind", ""), printable_line(who(entry)),
                       printable_line(what(entry)));
  }
}

// Up to `left` entries that `query` asks for. nullopt: it was said what is wrong.
std::optional<Listed> of_daemon(ApiClient& client, const HistoryOptions& options, std::string query,
                                std::size_t left) {
  Listed listed;
  do {
    const auto page =
        client.get(fmt::format("/api/v1/{}?limit={}&{}", options.bridge ? "lifecycle" : "history",
                               std::min(left, kPage), query));
    if (!page) return std::nullopt;
    left -= std::min(left, page->size());
    for (const auto& entry : *page) listed.entries.push_back(entry);
    query = client.next();  // its own limit comes second, and is not looked at
  } while (!query.empty() && left > 0);
  listed.more = !query.empty();
  if (listed.entries.empty()) {
    const auto receivers = client.get("/api/v2/receivers");
    if (!receivers) return std::nullopt;
    for (const auto& one : *receivers) listed.receivers.push_back(one.value("name", ""));
  }
  return listed;
}

std::optional<Listed> of_folder(const HistoryOptions& options, const std::string& query,
                                std::size_t left, std::ostream& err) {
  Diagnostics faults;
  const auto folder = open_data(options.data, options.config, faults);
  err << faults.text();
  if (!folder) return std::nullopt;
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  auto history = FolderHistory::open(folder->path, options.bridge, now);
  if (!history) return refuse(history.error(), err), std::nullopt;
  Listed listed;
  do {
    const auto page = history->page(fmt::format("limit={}&{}", std::min(left, kPage), query));
    if (!page) return refuse(page.error(), err), std::nullopt;
    left -= std::min(left, page->size());
    for (const auto& entry : *page) listed.entries.push_back(entry);
  } while (history->more() && left > 0);
  listed.more = history->more();
  if (listed.entries.empty()) {
    if (auto named = history->receivers()) listed.receivers = std::move(*named);
  }
  return listed;
}

// Whether there is a receiver that `target` names, or an integration of it. Receivers of the past
// are known by their entries alone, so this is asked when there are none.
bool knows_target(const std::vector<std::string>& names, const std::string& target,
                  std::ostream& err) {
  const auto wanted = target.substr(0, target.find('/'));
  if (std::ranges::find(names, wanted) != names.end()) return true;
  err << fmt::format("error: no receiver is called \"{}\"{}; there are: {}\n", wanted,
                     did_you_mean(wanted, names), fmt::join(names, ", "));
  return false;
}

}  // namespace

int history_command(const HistoryOptions& options, std::ostream& out, std::ostream& err) {
  std::string query, target;
  std::size_t left = kEntries;
  for (const auto& [name, value] : options.asked) {
    if (name == "limit")
      left = std::strtoull(value.c_str(), nullptr, 10);
    else
      query += name + "=" + percent_encode(value) + "&";
    if (name == "target") target = value;
  }
  const auto filters = filters_of(options.matchers);
  if (!filters) return err << "error: " << filters.error().message << "\n", 1;
  query += *filters;
  const bool names_folder = !options.data.empty() || !options.config.empty();
  ApiClient client(options.url, err);
  const auto listed = names_folder && options.url.empty() ? of_folder(options, query, left, err)
                                                          : of_daemon(client, options, query, left);
  if (!listed) return 1;
  const auto& entries = listed->entries;
  if (listed->more)
    err << "these are the newest " << entries.size()
        << ", and there are older ones: --limit says how many are wanted\n";
  if (entries.empty() && !target.empty() && !knows_target(listed->receivers, target, err)) return 1;
  if (options.json)
    return out << entries.dump(-1, ' ', false, Entry::error_handler_t::replace) << "\n", 0;
  if (entries.empty()) return out << "nothing\n", 0;
  options.bridge ? write_bridge(entries, out) : write_alerts(entries, out);
  return 0;
}

}  // namespace alarum::cli
