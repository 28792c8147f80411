#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "match/field_values.h"

namespace alarum::match {

/// One field of a conjunction: the leaves that pass its test, one of which is to be chosen.
struct Choice {
  std::vector<const model::Leaf*> candidates;
  /// Where the test may also hold by absence (`exists: false`) although the event has leaves of the
  /// path somewhere: all of them.
  std::vector<const model::Leaf*> leaves_if_absent;
};

/// Whether every field can be given a leaf so that no two of them come from different elements of
/// the same array, at any level of nesting (EventBridge's array consistency). `choices` are ordered
/// by path. As in the reference, a field holds by absence when no leaf of its path stands with the
/// elements that were chosen for the paths before it.
///
/// The leaves are laid into the tree of array elements; a field that lies in one array of a node is
/// looked for in that array's elements alone, so that every node is visited once and the work is
/// linear in the leaves. Two oddities of an event leave a choice: duplicate keys (or both spellings
/// of a dotted path) that offer a field in two arrays side by side; and, beside absence, an array
/// that holds a field both as a scalar and further down. There the ways are tried one by one, up to
/// a bound past which the answer is no.
bool consistent(const FieldValues& event, std::span<const Choice> choices);

}  // namespace alarum::match
