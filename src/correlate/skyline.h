#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace alarum::correlate {

/// A number that changes at moments: how many intervals of time cover each of them. A balanced tree
/// (treap) of the moments at which it rises or falls, each with the sum, the lowest and the highest
/// height of its subtree: every step visits O(log n) nodes. 32 bytes a moment, in one block.
class Skyline {
 public:
  /// From `at` on the height is `rise` more (or less).
  void add(Time at, std::int32_t rise);
  std::int32_t height(Time at) const;
  /// The first moment from `from` on at which the height is at least `height`.
  std::optional<Time> first_at_least(Time from, std::int32_t height) const;
  /// The first from `from` on at which it is less.
  std::optional<Time> first_below(Time from, std::int32_t height) const;
  /// The last of the moments before `before` at which it rises or falls and is at least `height`
  /// then.
  std::optional<Time> last_at_least(Time before, std::int32_t height) const;

  std::size_t size() const { return nodes_.size() - 1 - free_.size(); }
  /// Nodes visited so far, for the tests that count the work.
  std::uint64_t visits() const { return visits_; }

 private:
  using Ref = std::uint32_t;  // 0: none
  struct Node {
    Time at;
    std::int32_t rise = 0, sum = 0;
    // Of the heights in the subtree, from its beginning on
    std::int32_t low = 1 << 30, high = -(1 << 30);
    Ref left = 0, right = 0;
  };
  struct AlertFilter;
  Ref change(Ref ref, Time at, std::int32_t rise);
  Ref merge(Ref a, Ref b);
  Ref turned(Ref ref, bool left);
  void sum_up(Ref ref);
  std::optional<Time> first_from(const AlertFilter& wanted) const;
  std::optional<Time> first(Ref ref, std::int32_t before, const AlertFilter& wanted) const;
  std::optional<Time> last(Ref ref, std::int32_t before, const AlertFilter& wanted) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::vector<Ref> free_;
  Ref root_ = 0;
  mutable std::uint64_t visits_ = 0;
};

}  // namespace alarum::correlate
