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
  std::vector<std::string> seen;  ///< the event's values there, as JSON; empty: it has none
};

/// What a pattern makes of an event. The verdict is that of match::Matcher, since it is asked; what
/// failed is worked out beside it.
struct PatternVerdict {
  bool fits = false;
  /// Of the alternative that came nearest: every test that failed, in the order written. What would
  /// have to change for a match.
  std::vector<FailedField> failed;
  /// Every test passes by itself, but no one element of an array passes them together
  /// (EventBridge's array consistency); `failed` then lists the tests that read arrays.
  bool apart = false;
};

/// What one rule makes of one event: the hits that match::Generation gives it, and why not where
/// there is none.
struct RuleVerdict {
  std::uint32_t rule = 0;
  std::vector<model::Hit> hits;  ///< as the engine's
  /// The event says `resolved`, so that `match` can only make it an end
  bool resolved = false;
  /// The rule is about alerts and the event is none, or the other way round: it is not asked
  bool other_kind = false;
  /// Of a rule with `unmatched` that would fit: which rule knows the event, or why it is left out
  std::string why_known;
  PatternVerdict match;  ///< of a sequence without `match`: neither fits nor fails
  std::optional<PatternVerdict> until;
  std::vector<PatternVerdict> steps;
  std::optional<PatternVerdict> annotate;

  bool has(model::Role role) const;
};

/// One verdict a rule, in the order of the rules.
std::vector<RuleVerdict> judge(const rules::RuleSet& rules, const model::Event& event);

/// `"a"`, `{"numeric":[">",3]}`: a test's alternative as a pattern writes it.
std::string to_text(const rules::Predicate& predicate);
/// The path as a rule writes it: without the mark of a name that `extract` or `enrich` made.
std::string shown_path(const std::string& path);

}  // namespace alarum::tools
