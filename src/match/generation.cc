#include "match/generation.h"

#include <algorithm>

namespace alarum::match {
namespace {

// Calls `visit(pattern, hit)` for everything that a rule waits for.
template <class Visit>
void for_each_pattern(const rules::RuleSet& rules, const Visit& visit) {
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    const auto& rule = rules.rules[i];
    if (!rule.match.alternatives.empty()) visit(rule.match, model::Hit{i, model::Role::match});
    if (rule.until) visit(*rule.until, model::Hit{i, model::Role::until});
    for (std::uint8_t k = 0; k < rule.steps.size(); ++k) visit(rule.steps[k].pattern, model::Hit{i, model::Role::step, k});
    if (rule.annotate) visit(rule.annotate->pattern, model::Hit{i, model::Role::annotate});
  }
}

std::vector<rules::Pattern> patterns_of(const rules::RuleSet& rules) {
  std::vector<rules::Pattern> patterns;
  for_each_pattern(rules, [&](const rules::Pattern& pattern, model::Hit) { patterns.push_back(pattern); });
  return patterns;
}

std::vector<model::Hit> tags_of(const rules::RuleSet& rules) {
  std::vector<model::Hit> tags;
  for_each_pattern(rules, [&](const rules::Pattern&, model::Hit hit) { tags.push_back(hit); });
  return tags;
}

// A recovery that a sender reports is the end of what it fits, unless the rule reads the status itself.
bool takes_status(const rules::Rule& rule, model::Hit hit) {
  if (hit.role == model::Role::step) return rule.steps[hit.step].names_status;
  return rule.names_status;
}

}  // namespace

Generation::Generation(rules::RuleSet rules)
    : rules_(std::move(rules)), matcher_(patterns_of(rules_)), tags_(tags_of(rules_)) {}

model::Hits Generation::match(const model::Event& event) const {
  auto flat = model::FlatEvent::of(event);
  rules::derive(rules_, flat);
  std::vector<std::uint32_t> found;
  matcher_.match(flat, found);
  model::Hits hits{rules_.id, {}};
  for (const auto pattern : found) {
    auto hit = tags_[pattern];
    const auto& rule = rules_.rules[hit.rule];
    // Rules that match alerts are fed those and nothing else; nothing else is fed alerts.
    if (rule.matches_alerts != (event.format() == model::Format::internal)) continue;
    const bool over = event.status() == model::Status::resolved && !takes_status(rule, hit);
    if (over && hit.role == model::Role::annotate) continue;
    if (over) hit = {hit.rule, model::Role::until};
    hits.hits.push_back(hit);
  }
  std::sort(hits.hits.begin(), hits.hits.end());
  hits.hits.erase(std::unique(hits.hits.begin(), hits.hits.end()), hits.hits.end());
  return hits;
}

}  // namespace alarum::match
