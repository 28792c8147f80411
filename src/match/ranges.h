#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "match/atoms.h"
#include "rules/pattern.h"

namespace alarum::match {

/// The number ranges of one path: which of them hold a value, in the logarithm of their number plus
/// how many do. A segment tree over the places between and at their ends; an end that is missing is
/// infinite. Immutable once built.
class Ranges {
 public:
  struct Entry {
    std::optional<rules::Predicate::Bound> low, high;
    Atom atom = 0;
  };
  explicit Ranges(const std::vector<Entry>& entries);
  void matched(double value, std::vector<Atom>& out) const;

 private:
  std::vector<double> ends_;  // distinct, rising
  // Of the tree: an odd place is an end, an even one lies between two
  std::uint32_t leaves_ = 0;
  std::vector<std::uint32_t> node_at_;  // where each node's atoms begin
  std::vector<Atom> atoms_;
};

}  // namespace alarum::match
