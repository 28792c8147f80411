#pragma once
#include "match/alert_reader.h"
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

  /// What the rules make of the event: the pure function of (rule set, event). An event with status
  /// `resolved` never fits `match`; for every rule whose pattern it fits otherwise it is an
  /// `until`, unless the rule names `status` itself. What fits `match` is not the same rule's
  /// `until`. Rules with `unmatched` are asked where no rule, disabled ones among them, has a use
  /// for the event.
  model::Hits match(const model::Event& event) const;
  /// Of an event that some rule has a use for: what the rules read to make an alert of it. The
  /// event outlives it.
  model::FlatEvent read(const model::Event& event) const { return alerts_.read(event); }
  /// No rule had a use for it, but for those with `unmatched`.
  bool is_unmatched(const model::Hits& hits) const {
    return hits.hits.empty() || rules_.rules[hits.hits.front().rule].unmatched;
  }

 private:
  bool is_disabled(model::Hit hit) const { return hit.rule >= rules_.rules.size(); }
  void add_unmatched(const model::Event& event, const std::vector<std::uint32_t>& found,
                     model::Hits& hits) const;

  rules::RuleSet rules_;
  Derivation derivation_;
  Matcher matcher_;
  EventReader reader_;
  AlertReader alerts_;
  std::vector<model::Hit> tags_;          ///< of pattern i
  std::vector<std::uint32_t> unmatched_;  ///< rules with `unmatched`
};

/// What is left out of a rule with `unmatched` whatever its pattern says: alerts, posted ones too;
/// recoveries and lines of syslog unless the pattern reads `status` or `format` itself.
bool may_be_unmatched(const rules::Rule& rule, const model::Event& event);

}  // namespace alarum::match
