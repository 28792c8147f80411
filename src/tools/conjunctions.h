#pragma once
#include <vector>

#include "rules/pattern.h"

namespace alarum::tools {

/// A conjunction of tests without `$or`. The pointers are into the clause that it comes from.
using Tests = std::vector<const rules::FieldTest*>;

/// The clause as a list of conjunctions: its `$or` branches are multiplied out. The tests are in
/// the order in which they are written. If a path is tested twice, the later test replaces the
/// earlier one, as EventBridge does. At most 1,000 conjunctions (rules/pattern.h).
std::vector<Tests> conjunctions(const rules::Clause& clause);

}  // namespace alarum::tools
