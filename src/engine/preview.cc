#include "engine/preview.h"

namespace alarum::engine {

Preview::Preview(const rules::RuleSet& next) {
  for (const auto& rule : next.rules) {
    auto& fate = next_[rule.alert];
    fate.signature = alert::Instances::signature_of(rule);
    fate.expects = rule.condition == rules::Condition::absent && rule.expect;
    fate.holds = rule.hold > Duration::zero();
    if (!fate.expects) continue;
    for (const auto& [value, row] : rule.expect->rows) fate.members.insert(correlate::key_text(rule.by.front().label, value));
  }
}

Effects Preview::of(const Engine& engine) const {
  Effects effects;
  const auto& instances = engine.instances();
  for (const auto& [rule, firing] : instances.by_rule()) {
    if (rule.empty() || rules::is_builtin(rule)) continue;  // posted, or our own: no rule is needed
    const auto fate = next_.find(rule);
    effects[rule] = {firing, fate == next_.end() ? firing : ends(fate->second, rule, firing, instances)};
  }
  return effects;
}

// All alerts of a rule have one signature: a reload ends those of another.
std::size_t Preview::ends(const Fate& fate, const std::string& rule, std::size_t firing, const alert::Instances& instances) const {
  auto at = instances.all().lower_bound({rule, ""});
  if (at->second.by_signature != fate.signature) return firing;
  std::size_t gone = 0;
  for (; fate.expects && !fate.holds && at != instances.all().end() && at->first.first == rule; ++at) {
    if (!at->second.ending && !fate.members.contains(at->first.second)) ++gone;
  }
  return gone;
}

}  // namespace alarum::engine
