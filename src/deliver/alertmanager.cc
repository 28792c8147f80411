// Another Alertmanager as the target: POST /api/v2/alerts takes an array of alerts. A firing one has no endsAt: it ends there when it is
// not told again within that Alertmanager's resolve_timeout (5 m), however long it waited here; the stage tells it again in time.
#include "deliver/json_out.h"
#include "deliver/names.h"
#include "deliver/notifier.h"

namespace alarum::deliver {

model::Content alertmanager_content(const model::Message& message, const Setting& setting) {
  auto alerts = Json::array();
  for (const auto& change : message.changes) {
    const auto& alert = change.alert;
    alerts.push_back({{"labels", alert.labels},
                      {"annotations", told_annotations(change)},
                      {"startsAt", format_rfc3339(alert.starts_at)},
                      {"generatorURL", generator_url(alert, setting.external_url)}});
    if (alert.state == model::AlertState::resolved) alerts.back()["endsAt"] = format_rfc3339(alert.ends_at.value_or(change.at));
  }
  return {dump(alerts), {}};
}

}  // namespace alarum::deliver
