// PagerDuty Events API v2: one incident a group, by its dedup_key; it resolves when all alerts of the message have. The routing key is
// added at the moment of an attempt.
#include <algorithm>

#include "base/hash.h"
#include "deliver/card.h"
#include "deliver/json_out.h"
#include "deliver/names.h"
#include "deliver/notifier.h"

namespace alarum::deliver {
namespace {

constexpr std::size_t kSummary = 1024, kDetails = 400 * 1024;  // bytes; a whole event is at most 512 KB

std::string_view severity_of(model::Severity severity) {
  if (severity == model::Severity::critical) return "critical";
  if (severity == model::Severity::major) return "error";
  return severity == model::Severity::info ? "info" : "warning";
}

std::string source_of(const model::Message& message) {
  const auto labels = common_labels(message);
  for (const char* name : {"server", "subject", "instance", "source"}) {
    if (const auto found = labels.find(name); found != labels.end() && !found->second.empty()) return found->second;
  }
  return "alarum";
}

}  // namespace

model::Content pagerduty_content(const model::Message& message, const config::PagerDuty& duty, const Setting& setting) {
  const auto card = card_of(message, {setting.how.words.language, setting.external_url, 20});
  const bool acknowledged = std::ranges::all_of(message.changes, [](const auto& change) { return change.kind == model::Change::Kind::acknowledged; });
  Json event{{"event_action", !card.firing ? "resolve" : acknowledged ? "acknowledge" : "trigger"}, {"dedup_key", "alarum-" + sha256_hex(message.receiver + '\n' + message.group_key)}};
  if (!card.firing || acknowledged) return {dump(event), {}};
  const auto same = [](const std::string& text) { return text; };
  const auto worst = worst_first(message.changes).front();  // a copy: the list ends with the line
  event["payload"] = {{"summary", cut(escape_plain(card.title), kSummary)},
                      {"source", cut(source_of(message), kSummary)},
                      {"severity", severity_of(card.worst)},
                      {"timestamp", format_rfc3339(worst.alert.starts_at)},
                      {"custom_details", {{"alerts", body_text(card, {escape_plain, same, same, "\n"}, kDetails)}, {"labels", common_labels(message)}}}};
  event["client"] = duty.client.empty() ? "Alarum" : duty.client;
  if (!setting.external_url.empty()) event["client_url"] = setting.external_url;
  if (!card.link.empty()) event["links"] = Json::array({Json{{"href", card.link}, {"text", message.changes.size() == 1 ? "The alert and what became of it" : "Alarum"}}});
  return {dump(event), {}};
}

}  // namespace alarum::deliver
