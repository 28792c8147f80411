#include "match/generation.h"

#include <algorithm>

#include "match/patterns.h"
#include "model/posted.h"

namespace alarum::match {
namespace {

std::vector<rules::Pattern> patterns_of(const rules::RuleSet& rules) {
  std::vector<rules::Pattern> patterns;
  for_each_pattern(rules,
                   [&](const rules::Pattern& pattern, model::Hit) { patterns.push_back(pattern); });
  return patterns;
}

std::vector<model::Hit> tags_of(const rules::RuleSet& rules) {
  std::vector<model::Hit> tags;
  for_each_pattern(rules, [&](const rules::Pattern&, model::Hit hit) { tags.push_back(hit); });
  return tags;
}

// Whether the pattern of the hit reads `status`. If not, a resolved event is an end and not a
// match.
bool takes_status(const rules::Rule& rule, model::Hit hit) {
  if (hit.role == model::Role::step) return rule.steps[hit.step].names_status;
  return rule.names_status;
}

// An event that fits `match` is a fault and never an end of the same rule, whose `until` may be
// wider. In the sorted hits an end comes right after its fault.
void drop_ends_of_faults(std::vector<model::Hit>& hits) {
  for (std::size_t i = hits.size(); i-- > 1;) {
    const bool of_fault = hits[i].role == model::Role::until &&
                          hits[i - 1] == model::Hit{hits[i].rule, model::Role::match};
    if (of_fault) hits.erase(hits.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<std::uint32_t> unmatched_of(const rules::RuleSet& rules) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    if (rules.rules[i].unmatched) out.push_back(i);
  }
  return out;
}

std::vector<std::string> wanted_paths(const Derivation& derivation) {
  auto paths = EventReader::wanted();
  paths.insert(paths.end(), derivation.paths().begin(), derivation.paths().end());
  return paths;
}

}  // namespace

Generation::Generation(rules::RuleSet rules)
    : rules_(std::move(rules)),
      derivation_(rules_),
      matcher_(patterns_of(rules_), wanted_paths(derivation_)),
      reader_(matcher_.paths()),
      alerts_(rules_),
      tags_(tags_of(rules_)),
      unmatched_(unmatched_of(rules_)) {
  derivation_.bind(matcher_.paths());
}

model::Hits Generation::match(const model::Event& event) const {
  thread_local FieldValues leaves;
  thread_local std::vector<std::uint32_t> found;
  found.clear();
  leaves.begin(matcher_.paths());
  reader_.read(event, leaves);
  derivation_.run(leaves);
  matcher_.match(leaves, found);
  model::Hits hits{rules_.id, {}};
  bool known = false;
  for (const auto pattern : found) {
    auto hit = tags_[pattern];
    if (is_disabled(hit)) {
      known |= !rules_.disabled[hit.rule - rules_.rules.size()].unmatched;
      continue;
    }
    const auto& rule = rules_.rules[hit.rule];
    if (rule.unmatched && hit.role == model::Role::match) continue;
    // Rules that match alerts get events that stand for alerts, and other rules get all other
    // events.
    if (rule.matches_alerts != (event.format() == model::Format::internal)) continue;
    const bool over = event.status() == model::Status::resolved && !takes_status(rule, hit);
    if (over && hit.role == model::Role::annotate) continue;
    if (over) hit = {hit.rule, model::Role::until};
    hits.hits.push_back(hit);
  }
  std::sort(hits.hits.begin(), hits.hits.end());
  hits.hits.erase(std::unique(hits.hits.begin(), hits.hits.end()), hits.hits.end());
  drop_ends_of_faults(hits.hits);
  if (hits.hits.empty() && !known && !unmatched_.empty()) add_unmatched(event, found, hits);
  return hits;
}

void Generation::add_unmatched(const model::Event& event, const std::vector<std::uint32_t>& found,
                               model::Hits& hits) const {
  for (const auto number : unmatched_) {
    const auto& rule = rules_.rules[number];
    const model::Hit hit{number, model::Role::match};
    const bool fits = rule.match.alternatives.empty() ||
                      std::any_of(found.begin(), found.end(),
                                  [&](const auto pattern) { return tags_[pattern] == hit; });
    if (fits && may_be_unmatched(rule, event)) hits.hits.push_back(hit);
  }
}

bool may_be_unmatched(const rules::Rule& rule, const model::Event& event) {
  if (event.format() == model::Format::internal || model::is_posted(event)) return false;
  if (event.status() == model::Status::resolved && !rule.names_status) return false;
  return event.format() != model::Format::syslog || rule.names_format;
}

}  // namespace alarum::match
