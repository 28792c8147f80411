#pragma once
#include <memory>
#include <string>
#include <vector>

#include "match/generation.h"

namespace alarum::tools {

/// What a reload would do to one rule.
struct RulePlan {
  enum class Kind {
    unchanged,    ///< its state is kept
    changed,      ///< something of it, not its identity: its state is kept
    key_changed,  ///< what its alerts are told apart by: those that fire resolve as `rule_changed`
    added,
    removed,      ///< its alerts resolve as `rule_changed`
  };
  Kind kind = Kind::unchanged;
  std::string alert;
  Place place;                           ///< in the new rules; of a removed one in the old
  std::vector<std::string> differences;  ///< `count: 3 → 4`
  std::size_t firing = 0;                ///< alerts that fire now
  std::size_t ends = 0;                  ///< of those, how many the reload resolves
};

struct Plan {
  std::vector<RulePlan> rules;  ///< by name
  std::size_t count(RulePlan::Kind kind) const;
  std::size_t ends() const;
  /// `47 unchanged, 1 changed, 1 added: no alert ends`
  std::string summary() const;
};

std::string_view to_text(RulePlan::Kind kind);

/// What reloading `next` in place of `now` does to an engine with this state (Engine::save; empty: one that remembers nothing). Found
/// out by doing it to a copy. Error `bad_state`.
Result<Plan> plan_reload(const std::string& state, std::shared_ptr<const match::Generation> now, std::shared_ptr<const match::Generation> next);

/// A line a rule that is not unchanged, with its differences below, then the summary.
std::string plan_text(const Plan& plan);
/// `{"rules": [{"alert", "plan", "differences", "firing", "ends", "place"}], "summary": …}`
std::string plan_json(const Plan& plan);

}  // namespace alarum::tools
