#pragma once
#include <vector>

#include "rules/pattern.h"

namespace alarum::match {

/// Field tests that must all hold: one branch of a pattern after its `$or`s were multiplied out.
/// The tests are ordered by path, and each path occurs once: if a pattern tests a path twice, the
/// later test replaces the earlier one, as in aws/event-ruler. Array consistency settles the fields
/// in this order too. The pointers point into the pattern, which must outlive the conjunction.
using Conjunction = std::vector<const rules::FieldTest*>;

/// All branches; the clause matches if one of them holds. Their number is the product of the sizes
/// of its `$or` groups; the pattern parser has bounded it.
std::vector<Conjunction> conjunctions_of(const rules::Clause& clause);
/// The branches of all alternatives of the pattern.
std::vector<Conjunction> conjunctions_of(const rules::Pattern& pattern);

}  // namespace alarum::match
