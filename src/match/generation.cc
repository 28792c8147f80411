#include "match/generation.h"

#include <algorithm>

#include "match/patterns.h"

namespace alarum::match {
namespace {

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

std::vector<std::string> wanted_paths(const Derivation& derivation) {
  auto paths = EventReader::wanted();
  paths.insert(paths.end(), derivation.paths().begin(), derivation.paths().end());
  return paths;
}

}  // namespace

Generation::Generation(rules::RuleSet rules)
    : rules_(std::move(rules)), derivation_(rules_), matcher_(patterns_of(rules_), wanted_paths(derivation_)), reader_(matcher_.paths()), tags_(tags_of(rules_)) {
  derivation_.bind(matcher_.paths());
}

model::Hits Generation::match(const model::Event& event) const {
  thread_local Leaves leaves;
  thread_local std::vector<std::uint32_t> found;
  found.clear();
  leaves.begin(matcher_.paths());
  reader_.read(event, leaves);
  derivation_.run(leaves);
  matcher_.match(leaves, found);
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
