#pragma once
#include <vector>

#include "rules/pattern.h"

namespace alarum::tools {

/// A conjunction without `$or`: pointers into the clause that it comes from.
using Tests = std::vector<const rules::FieldTest*>;

/// The clause with its `$or` branches multiplied out, each conjunction in the order written. Of two
/// tests of one path the later one holds, as in the reference.
std::vector<Tests> conjunctions(const rules::Clause& clause);

}  // namespace alarum::tools
