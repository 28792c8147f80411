#pragma once
#include <string>

#include "rules/rule_set.h"

namespace alarum::rules {

/// The rule of that name; nullptr: there is none. A disabled one is none.
const Rule* find_rule(const RuleSet& set, const std::string& alert);

/// The rule as it stands in its file, with its lines moved to the left; `override`s of other files
/// are not in it. Empty: the place is none of the file's. Reads the whole text of the set.
std::string rule_text(const RuleSet& set, const Rule& rule);

/// The item of a list that stands at `line` (from 1) of a YAML text: that line and those below it
/// which stand further right.
std::string item_text(std::string_view text, int line);

}  // namespace alarum::rules
