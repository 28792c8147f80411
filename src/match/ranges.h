#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "match/atoms.h"
#include "rules/pattern.h"

namespace alarum::match {

/// The number ranges of one path. It finds those that contain a value in the logarithm of their
/// number plus the number that it finds. A segment tree over the ends of the ranges and the gaps
/// between them.
///
/// Part of an Index, immutable, readable by any thread. Values are those of
/// rules::comparable_number().
class Ranges {
 public:
  /// A range; a missing bound is infinite.
  struct Entry {
    std::optional<rules::Predicate::Bound> low, high;
    Atom atom = 0;  ///< appended if the range contains the value
  };
  explicit Ranges(const std::vector<Entry>& entries);
  /// Appends the atoms of the ranges that contain the value, each once, in no particular order.
  void matched(double value, std::vector<Atom>& out) const;

 private:
  std::vector<double> ends_;  // distinct, rising
  // Leaves of the tree: 2n+1 for n ends. An odd one is an end, an even one the gap before or after
  // it.
  std::uint32_t leaves_ = 0;
  std::vector<std::uint32_t> node_at_;  // where each node's atoms begin; one more at the end
  std::vector<Atom> atoms_;
};

}  // namespace alarum::match
