#include "match/generation.h"

#include <algorithm>

namespace alarum::match {
namespace {

std::vector<rules::Pattern> patterns_of(const rules::RuleSet& rules) {
  std::vector<rules::Pattern> patterns;
  for (const auto& rule : rules.rules) {
    patterns.push_back(rule.match);
    if (rule.until) patterns.push_back(*rule.until);
  }
  return patterns;
}

std::vector<model::Hit> tags_of(const rules::RuleSet& rules) {
  std::vector<model::Hit> tags;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    tags.push_back({i, model::Role::match});
    if (rules.rules[i].until) tags.push_back({i, model::Role::until});
  }
  return tags;
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
    const bool ends = event.status() == model::Status::resolved && !rules_.rules[hit.rule].names_status;
    if (ends) hit.role = model::Role::until;
    hits.hits.push_back(hit);
  }
  std::sort(hits.hits.begin(), hits.hits.end());
  hits.hits.erase(std::unique(hits.hits.begin(), hits.hits.end()), hits.hits.end());
  return hits;
}

}  // namespace alarum::match
