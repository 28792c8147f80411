#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// Everything that determines one rule, in a form that can be compared, whichever file it is in.
struct RuleOutline {
  Place place;
  /// JSON texts by key: the rule's own keys with overrides applied, the `defaults` that apply to
  /// it, and those parts of `texts`, `extract`, `enrich` and tables that it uses (a table as the
  /// hash of its text).
  std::map<std::string, std::string> keys;
};

/// The outlines by alert name. Of sources that do not compile it has what can be read. Pure.
std::map<std::string, RuleOutline> outline(const rules::Sources& sources);

/// The keys that differ, a text for each: `count: 3 → 4`, `until added`, `labels removed`.
std::vector<std::string> differences(const RuleOutline& before, const RuleOutline& after);

}  // namespace alarum::tools
