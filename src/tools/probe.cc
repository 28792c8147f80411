#include "tools/probe.h"

namespace alarum::tools {

Probe::Probe(const rules::RuleSet& rules) {
  set_.scopes = rules.scopes;
}

void Probe::add(rules::Pattern pattern) {
  auto& rule = set_.rules.emplace_back();
  rule.match = std::move(pattern);
  rule.names_status = true;  // so that the event's status does not change the hit
}

std::vector<bool> Probe::fits(const model::Event& event) {
  const bool about_alerts = event.format() == model::Format::internal;
  auto& generation = about_alerts ? alerts_ : events_;
  if (!generation) {
    auto set = set_;
    for (auto& rule : set.rules) rule.matches_alerts = about_alerts;
    generation = std::make_unique<const match::Generation>(std::move(set));
  }
  std::vector<bool> out(set_.rules.size());
  for (const auto& hit : generation->match(event).hits) out[hit.rule] = true;
  return out;
}

}  // namespace alarum::tools
