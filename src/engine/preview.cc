#include "engine/preview.h"

namespace alarum::engine {

Preview::Preview(const rules::RuleSet& next) {
  for (const auto& rule : next.rules) {
    auto& fate = next_[rule.alert];
    fate.signature = alert::ActiveAlerts::signature_of(rule);
    fate.expects = rule.condition == rules::Condition::absent && rule.expect;
    fate.holds = rule.hold > Duration::zero();
    if (!fate.expects) continue;
    for (const auto& [value, row] : rule.expect->rows)
      fate.members.insert(correlate::key_text(rule.by.front().label, value));
  }
}

Effects Preview::of(const Engine& engine) const {
  Effects effects;
  const auto& active_alerts = engine.active_alerts();
  for (const auto& [rule, firing] : active_alerts.by_rule()) {
    if (rule.empty() || rules::is_builtin(rule)) continue;  // posted and built-in alerts stay
    const auto fate = next_.find(rule);
    effects[rule] = {
        firing, fate == next_.end() ? firing : ends(fate->second, rule, firing, active_alerts)};
  }
  return effects;
}

// All alerts of a rule have the same signature. If it changes, a reload ends all of them.
std::size_t Preview::ends(const Fate& fate, const std::string& rule, std::size_t firing,
                          const alert::ActiveAlerts& active_alerts) const {
  auto at = active_alerts.all().lower_bound({rule, ""});
  if (at->second.by_signature != fate.signature) return firing;
  std::size_t gone = 0;
  for (; fate.expects && !fate.holds && at != active_alerts.all().end() && at->first.first == rule;
       ++at) {
    if (!at->second.ending && !fate.members.contains(at->first.second)) ++gone;
  }
  return gone;
}

}  // namespace alarum::engine
