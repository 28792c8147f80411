#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/preview.h"

namespace alarum::tools {

/// What a reload would do to one rule.
struct RulePlan {
  enum class Kind {
    unchanged,    ///< its state is kept
    changed,      ///< something of it, not its identity: its state is kept
    key_changed,  ///< what its alerts are told apart by: those that fire resolve as `rule_changed`
    added,
    removed,  ///< its alerts resolve as `rule_changed`
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
  std::string inventory;        ///< `2000 rows → 2010 rows`; empty: it is the same
  bool counted = true;          ///< false: nobody could say what fires
  std::size_t count(RulePlan::Kind kind) const;
  std::size_t ends() const;
  std::vector<const RulePlan*> news() const;  ///< those that are not unchanged
  /// `47 unchanged, 1 changed, 1 added: no alert ends`
  std::string summary() const;
};

std::string_view to_text(RulePlan::Kind kind);

/// What reloading `next` in place of `now` (nullptr: nothing) does. `effects`: engine::Preview's of
/// `next`; nullopt: not known. Only files that differ are read again, unless tables or overrides
/// may have changed what the others say.
Plan plan_reload(const rules::RuleSet* now, const rules::RuleSet& next,
                 const std::optional<engine::Effects>& effects);

/// A line a rule that is not unchanged, with its differences below, then the summary; of more than
/// `most` rules the number.
std::string plan_text(const Plan& plan, std::size_t most = 1000);
/// `{"inventory": …, "rules": [{"alert", "plan", "differences", "firing", "ends", "place"}],
/// "unchanged": n, "left_out": n, "ends": n, "summary": …}`: the rules that are not unchanged, the
/// first `most` of them; without `firing` and `ends` where nobody could say.
std::string plan_json(const Plan& plan, std::size_t most = 1000);
/// `changed A, B; key_changed C (2 end)`: names by what happens to them, for one line of a log, the
/// first `most` and how many more.
std::string plan_names(const Plan& plan, std::size_t most = 20);

}  // namespace alarum::tools
