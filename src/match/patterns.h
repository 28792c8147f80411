#pragma once
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// Calls `visit(pattern, hit)` for each pattern of each rule, in a fixed order; `hit` says what a
/// match of this pattern means. The position in this order is the number that the Matcher reports.
/// Disabled rules come last: their indexes follow those of the others, so `hit.rule` may be as
/// large as rules.rules.size() + rules.disabled.size() - 1. A rule without `match` has no pattern
/// of that role.
template <class Visit>
void for_each_pattern(const rules::RuleSet& rules, const Visit& visit) {
  for (std::uint32_t i = 0; i < rules.rules.size() + rules.disabled.size(); ++i) {
    const auto& rule =
        i < rules.rules.size() ? rules.rules[i] : rules.disabled[i - rules.rules.size()];
    if (!rule.match.alternatives.empty()) visit(rule.match, model::Hit{i, model::Role::match});
    if (rule.until) visit(*rule.until, model::Hit{i, model::Role::until});
    for (std::uint8_t k = 0; k < rule.steps.size(); ++k)
      visit(rule.steps[k].pattern, model::Hit{i, model::Role::step, k});
    if (rule.annotate) visit(rule.annotate->pattern, model::Hit{i, model::Role::annotate});
  }
}

}  // namespace alarum::match
