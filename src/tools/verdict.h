#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "model/event.h"
#include "model/flat_event.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// One test of a pattern that an event did not pass.
struct FailedField {
  std::string path;               ///< as a rule writes it
  Place place;                    ///< in the rule file
  std::string wanted;             ///< the alternatives, as JSON: `"linkDown" or {"prefix":"link"}`
  std::vector<std::string> seen;  ///< the event's values there, as JSON; empty if it has none
};

/// Whether a pattern matches an event, and why not. `fits` comes from the engine's own matcher; the
/// reasons are worked out beside it.
struct PatternVerdict {
  bool fits = false;
  /// Every failed test of the conjunction that came nearest, in the order in which they are
  /// written: what would have to change for a match.
  std::vector<FailedField> failed;
  /// Every test passes by itself, but no one element of an array passes them together
  /// (EventBridge's array consistency); `failed` then lists the tests that read arrays.
  bool apart = false;
};

/// How one rule judges one event: its hits, or the reasons why it has none.
struct RuleVerdict {
  std::uint32_t rule = 0;        ///< index in the rule set
  std::vector<model::Hit> hits;  ///< exactly those that the engine gets
  /// The event's status is `resolved`, so `match` can only resolve
  bool resolved = false;
  /// The rule is about alerts and the event is none, or the other way round, so it is not evaluated
  bool other_kind = false;
  /// For a rule with `unmatched` that would match: which rule knows the event, or why it is left
  /// out
  std::string why_known;
  PatternVerdict match;  ///< of a sequence without `match`: neither fits nor has failed tests
  std::optional<PatternVerdict> until;
  std::vector<PatternVerdict> steps;
  std::optional<PatternVerdict> annotate;

  bool has(model::Role role) const;
};

/// The verdicts of all rules, in their order. Pure.
std::vector<RuleVerdict> judge(const rules::RuleSet& rules, const model::Event& event);

/// An alternative as a pattern writes it: `"a"`, `{"numeric":[">",3]}`.
std::string to_text(const rules::Predicate& predicate);
/// The path as a rule writes it. Internally, names that `extract` or `enrich` make have a mark,
/// which is removed here.
std::string shown_path(const std::string& path);

}  // namespace alarum::tools
