#include "api/alerts.h"

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "base/time.h"

namespace alarum::api {
namespace {

nlohmann::ordered_json to_json(const model::Alert& alert, const std::string& receiver) {
  const bool firing = alert.state == model::AlertState::firing;
  return {{"labels", alert.labels},
          {"annotations", alert.annotations},
          {"startsAt", format_rfc3339(alert.starts_at)},
          {"endsAt", alert.ends_at ? format_rfc3339(*alert.ends_at) : "0001-01-01T00:00:00Z"},
          {"updatedAt", format_rfc3339(alert.changed_at)},
          {"fingerprint", hex64(model::fingerprint(alert.labels))},
          {"generatorURL", ""},
          {"receivers", {{{"name", receiver}}}},
          {"status",
           {{"state", firing ? "active" : "resolved"},
            {"inhibitedBy", nlohmann::ordered_json::array()},
            {"silencedBy", nlohmann::ordered_json::array()},
            {"mutedBy", nlohmann::ordered_json::array()}}},
          {"id", alert.id},
          {"rule", alert.rule},
          {"count", alert.count},
          {"lastSeen", format_rfc3339(alert.last_seen)},
          {"reason", model::to_text(alert.reason)}};
}

}  // namespace

std::string alerts_json(const std::vector<model::Alert>& alerts, const std::string& receiver) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& alert : alerts) list.push_back(to_json(alert, receiver));
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace alarum::api
