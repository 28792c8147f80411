#pragma once
#include "match/derivation.h"
#include "match/event_reader.h"
#include "match/matcher.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// A rule set together with its compiled matcher. Immutable, shared by all threads.
class Generation {
 public:
  explicit Generation(rules::RuleSet rules);

  const rules::RuleSet& rules() const { return rules_; }
  model::GenerationId id() const { return rules_.id; }

  /// What the rules make of the event: the pure function of (rule set, event). An event with status `resolved` never fits
  /// `match`; for every rule whose pattern it fits otherwise it is an `until`, unless the rule names `status` itself.
  model::Hits match(const model::Event& event) const;

 private:
  rules::RuleSet rules_;
  Derivation derivation_;
  Matcher matcher_;
  EventReader reader_;
  std::vector<model::Hit> tags_;  ///< of pattern i
};

}  // namespace alarum::match
