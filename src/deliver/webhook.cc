#include "deliver/webhook.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace alarum::deliver {
namespace {

using Json = nlohmann::ordered_json;

model::Labels annotations_of(const model::Alert& alert) {
  auto annotations = alert.annotations;
  if (alert.state == model::AlertState::resolved) annotations.emplace("resolved_reason", told_reason(alert.reason));
  if (alert.count > 1) annotations.emplace("count", std::to_string(alert.count));
  return annotations;
}

Json to_json(const model::Alert& alert, const WebhookFormat& format) {
  return {{"status", model::to_text(alert.state)},
          {"labels", alert.labels},
          {"annotations", annotations_of(alert)},
          {"startsAt", format_rfc3339(alert.starts_at)},
          {"endsAt", alert.ends_at ? format_rfc3339(*alert.ends_at) : "0001-01-01T00:00:00Z"},
          {"generatorURL", format.external_url + "/api/v2/alerts"},
          {"fingerprint", hex64(model::fingerprint(alert.labels))}};
}

// What all have in common.
template <class Of>
model::Labels common(const std::vector<model::Change>& changes, const Of& of) {
  auto shared = of(changes.front().alert);
  for (const auto& change : changes) {
    const auto labels = of(change.alert);
    std::erase_if(shared, [&](const auto& entry) {
      const auto found = labels.find(entry.first);
      return found == labels.end() || found->second != entry.second;
    });
  }
  return shared;
}

}  // namespace

std::string told_reason(model::EndReason reason) {
  return reason == model::EndReason::timeout ? "timeout: not confirmed" : std::string(model::to_text(reason));
}

std::string webhook_body(const model::Message& message, const WebhookFormat& format) {
  const auto& changes = message.changes;
  const auto shown = format.max_alerts == 0 ? changes.size() : std::min<std::size_t>(changes.size(), format.max_alerts);
  const bool firing =
      std::ranges::any_of(changes, [](const auto& change) { return change.alert.state == model::AlertState::firing; });
  auto alerts = Json::array();
  for (std::size_t i = 0; i < shown; ++i) alerts.push_back(to_json(changes[i].alert, format));
  const Json body{{"version", "4"},
                  {"groupKey", message.group_key},
                  {"truncatedAlerts", changes.size() - shown},
                  {"status", firing ? "firing" : "resolved"},
                  {"receiver", message.receiver},
                  {"groupLabels", message.group_labels},
                  {"commonLabels", common(changes, [](const model::Alert& alert) { return alert.labels; })},
                  {"commonAnnotations", common(changes, annotations_of)},
                  {"externalURL", format.external_url},
                  {"alerts", std::move(alerts)}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace alarum::deliver
