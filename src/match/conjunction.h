#pragma once
#include <vector>

#include "rules/pattern.h"

namespace alarum::match {

/// Field tests that must all hold: one branch of a pattern whose `$or`s are multiplied out. Ordered
/// by path, each path once: as in the reference, the later test of a path replaces the earlier one,
/// and fields are settled in the order of their paths.
using Conjunction = std::vector<const rules::FieldTest*>;

/// The clause, or the pattern, fits where one of them does. They point into it.
std::vector<Conjunction> conjunctions_of(const rules::Clause& clause);
std::vector<Conjunction> conjunctions_of(const rules::Pattern& pattern);

}  // namespace alarum::match
