#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "rules/rule_set.h"

namespace alarum::tools {

/// What holds for one rule, from whichever file says it, in comparable form.
struct RuleOutline {
  Place place;
  /// By key, as JSON: the rule's own keys with overrides applied, `defaults` it falls back to, and
  /// of `extract`, `enrich` and tables what it uses (a table as the hash of its text).
  std::map<std::string, std::string> keys;
};

/// By alert name. Sources that compile are understood; of others what can be read.
std::map<std::string, RuleOutline> outline(const rules::Sources& sources);

/// `count: 3 → 4`, `until added`, `labels removed`: what differs, by key.
std::vector<std::string> differences(const RuleOutline& before, const RuleOutline& after);

}  // namespace alarum::tools
