#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "match/field_values.h"

namespace alarum::match {

/// One field of a conjunction and the leaves of the event that could satisfy it.
struct Choice {
  /// Leaves that pass the field's test.
  std::vector<const model::Leaf*> candidates;
  /// If the test has `exists: false` among its alternatives: all leaves of its path. Otherwise
  /// empty.
  std::vector<const model::Leaf*> leaves_if_absent;
};

/// EventBridge's array consistency: whether each field can be given a leaf so that no two of the
/// leaves come from different elements of the same array, at any level of nesting. `choices` are
/// ordered by path. As in aws/event-ruler, a field holds by absence if no leaf of its path belongs
/// to the elements that were chosen for the paths before it.
///
/// The leaves are laid into a tree of array elements. Usually a field occurs in one array below a
/// node, so nothing has to be tried, each node is visited once, and the cost is linear in the
/// leaves. There is a choice in two cases: duplicate keys (or both spellings of a dotted path) put
/// a field into two arrays side by side; or, next to a field that may be absent, an array has a
/// field both as a scalar and further down. These choices are tried one by one. After 1,000,000
/// visits more than there are nodes the answer is false, so that a hostile event cannot stop a
/// thread.
///
/// Pure; any thread. It allocates, and is called only if two fields of a conjunction lie in arrays.
bool consistent(const FieldValues& event, std::span<const Choice> choices);

}  // namespace alarum::match
