#pragma once
#include "match/alert_reader.h"
#include "match/derivation.h"
#include "match/event_reader.h"
#include "match/matcher.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// A rule set together with its compiled matcher: everything that decides which rules an event
/// matches. A reload makes a new Generation and replaces the old one as a whole (base/snapshot.h).
/// The journal names the generation that was in force by its id, so a replay can build it again.
///
/// Immutable and shared by all threads. It owns the rule set, and all its parts point into that; so
/// it can be neither copied nor moved, and lives behind a shared_ptr. Building it takes the time of
/// compiling all rules, on the thread that loads them.
class Generation {
 public:
  explicit Generation(rules::RuleSet rules);

  /// The rules. A Hit's `rule` is an index into rules().rules.
  const rules::RuleSet& rules() const { return rules_; }
  /// Derived from the text of all rule files and tables (model/record.h).
  model::GenerationId id() const { return rules_.id; }

  /// The hits of an event: a pure function of rule set and event, so a replay finds the same. The
  /// http and source threads call it for each event they parse, and the engine if the generation of
  /// an event's hits is not the one in force.
  ///
  /// - An event with status `resolved` never is a `match` of a rule that does not read `status`
  ///   itself. If it fits any other pattern of the rule it is an `until` instead.
  /// - An event that fits `match` is not the `until` of the same rule as well.
  /// - Rules with `unmatched` get the event only if no other rule has a use for it. Disabled rules
  ///   count as a use, so that disabling a rule does not make its events unknown.
  /// - Rules that match alerts get events of the format `internal` and no others.
  model::Hits match(const model::Event& event) const;
  /// The fields that the rules need to make an alert of a matched event. The event and this
  /// generation must outlive the result.
  model::FlatEvent read(const model::Event& event) const { return alerts_.read(event); }
  /// Whether no rule had a use for the event, apart from those with `unmatched`. Such events are
  /// counted.
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
  std::vector<model::Hit> tags_;          // what a match of pattern i means
  std::vector<std::uint32_t> unmatched_;  // indexes of the rules with `unmatched`
};

/// Whether a rule with `unmatched` may get this event at all. Never alerts of other rules or alerts
/// that were posted to the API. Events with status `resolved`, and lines of syslog, only if the
/// rule's pattern reads `status` or `format`.
bool may_be_unmatched(const rules::Rule& rule, const model::Event& event);

}  // namespace alarum::match
