#include "cli/history_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "cli/http_client.h"
#include "cli/silence_command.h"

namespace alarum::cli {
namespace {

using Entry = nlohmann::ordered_json;

std::string who(const Entry& entry) {
  const auto kind = entry.value("kind", "");
  return kind == "notification" ? entry.value("target", "") : kind == "suppressed" ? entry.value("receiver", "") : "";
}

std::string what(const Entry& entry) {
  const auto kind = entry.value("kind", "");
  if (kind == "notification") {
    const auto attempts = entry.value("attempts", 0);
    return fmt::format("{}: {}{}", entry.value("outcome", ""), entry.value("detail", ""), attempts > 1 ? fmt::format(", {} attempts", attempts) : "");
  }
  if (kind == "suppressed") {
    std::string by;
    for (const auto& one : entry.at("by")) by += (by.empty() ? "" : ", ") + one.get<std::string>();
    return fmt::format("{} ({}){}", entry.value("why", ""), entry.value("state", ""), by.empty() ? "" : " by " + by);
  }
  const auto& after = entry.at("after");
  const auto reason = after.value("reason", "");
  return after.at("labels").value("alertname", "") + " " + after.value("key", "") + (reason.empty() ? "" : " (" + reason + ")");
}

}  // namespace

int history_command(const HistoryOptions& options, std::ostream& out, std::ostream& err) {
  std::string path = "/api/v1/history?";
  for (const auto& [name, value] : options.asked) path += name + "=" + percent_encode(value) + "&";
  for (const auto& word : options.matchers) path += "filter=" + percent_encode(as_matcher(word)) + "&";
  path.pop_back();
  const auto answer = HttpClient(options.url).get(path);
  if (!answer) {
    err << "error: " << answer.error().message << "\n";
    return 1;
  }
  const auto entries = Entry::parse(answer->body, nullptr, false);
  if (answer->status != 200 || !entries.is_array()) {
    err << "error: the bridge answered " << answer->status << ": " << (entries.is_object() ? entries.value("message", answer->body) : answer->body) << "\n";
    return 1;
  }
  if (options.json) return out << answer->body, 0;
  if (entries.empty()) return out << "nothing\n", 0;
  constexpr auto kRow = "{:<20} {:<16} {:<14} {:<24} {}\n";
  out << fmt::format(kRow, "AT", "ALERT", "KIND", "WHO", "WHAT");
  for (const auto& entry : entries) {
    out << fmt::format(kRow, entry.value("at", "").substr(0, 19) + "Z", entry.value("alert", ""), entry.value("kind", ""), who(entry), what(entry));
  }
  return 0;
}

}  // namespace alarum::cli
