#include "alert/routing.h"

#include "base/hash.h"
#include "rules/rule.h"

namespace alarum::alert {

bool is_own(const model::Alert& alert) {
  if (!alert.rule.empty()) return alert.rule == rules::rule_degraded().alert;
  const auto name = alert.labels.find("alertname");
  return alert.labels.size() == 2 && alert.labels.contains("severity") &&
         name != alert.labels.end() && name->second.starts_with("Alarum");
}

std::string notification_id(const Routed& routed) {
  auto sum = fnv1a(routed.target);
  sum = fnv1a(
      '\n' + routed.message.group_key + '\n' + std::to_string(routed.at.time_since_epoch().count()),
      sum);
  for (const auto& change : routed.message.changes) {
    const auto part = '\n' + change.alert.id + ' ' + std::string(to_text(change.kind)) + ' ' +
                      std::to_string(change.offset);
    sum = fnv1a(part, sum);
  }
  return "ntf-" + hex64(sum);
}

}  // namespace alarum::alert
