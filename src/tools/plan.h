#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/preview.h"

namespace alarum::tools {

/// What a reload would do to one rule.
struct RulePlan {
  enum class Kind {
    unchanged,    ///< its state stays
    changed,      ///< it differs, but not in what identifies its alerts: its state stays
    key_changed,  ///< what identifies its alerts differs: firing ones resolve as `rule_changed`
    added,
    removed,  ///< its alerts resolve as `rule_changed`
  };
  Kind kind = Kind::unchanged;
  std::string alert;
  Place place;                           ///< in the new rules; of a removed one in the old rules
  std::vector<std::string> differences;  ///< `count: 3 → 4`
  std::size_t firing = 0;                ///< alerts that fire now
  std::size_t ends = 0;                  ///< how many of those the reload resolves
};

/// What a reload would do to all rules.
struct Plan {
  std::vector<RulePlan> rules;  ///< by name
  std::string inventory;        ///< `2000 rows → 2010 rows`; empty if it is the same
  bool counted = true;          ///< false: the engine did not answer, `firing` and `ends` are 0
  std::size_t count(RulePlan::Kind kind) const;  ///< rules of that kind
  std::size_t ends() const;                      ///< alerts that the reload resolves
  std::vector<const RulePlan*> news() const;     ///< rules that are not unchanged
  /// `47 unchanged, 1 changed, 1 added: no alert ends`
  std::string summary() const;
};

std::string_view to_text(RulePlan::Kind kind);

/// What a reload that replaces `now` by `next` would do. `now`: nullptr if there are no rules.
/// `effects`: what engine::Preview says of `next`; nullopt if the engine did not answer. Files that
/// have not changed are not parsed again, unless a table or an override has changed. Pure.
Plan plan_reload(const rules::RuleSet* now, const rules::RuleSet& next,
                 const std::optional<engine::Effects>& effects);

/// A line for each rule that is not unchanged, with its differences below it, then the summary.
/// Past `most` rules it says how many more there are.
std::string plan_text(const Plan& plan, std::size_t most = 1000);
/// `{"inventory": …, "rules": [{"alert", "plan", "differences", "firing", "ends", "place"}],
/// "unchanged": n, "left_out": n, "ends": n, "summary": …}`. `rules` has those that are not
/// unchanged, the first `most` of them. `firing` and `ends` are missing if the engine did not
/// answer.
std::string plan_json(const Plan& plan, std::size_t most = 1000);
/// `changed A, B; key_changed C (2 end)`: names by kind for one line of a log, the first `most` and
/// how many more.
std::string plan_names(const Plan& plan, std::size_t most = 20);

}  // namespace alarum::tools
