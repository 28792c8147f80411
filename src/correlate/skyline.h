#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace alarum::correlate {

/// A number that changes over time: how many of a set of intervals cover each moment. It is a
/// balanced tree (treap) of the moments at which the number rises or falls. Each node has the sum,
/// the lowest and the highest height of its subtree, so every query visits O(log n) nodes. 32 bytes
/// a moment, in one block.
///
/// Before the first moment the height is 0. Owned by its Presence, on the engine's thread.
class Skyline {
 public:
  /// Adds `rise` (which may be negative) to the height from `at` on. A moment whose rises add up to
  /// 0 is removed.
  void add(Time at, std::int32_t rise);
  /// The height at a moment.
  std::int32_t height(Time at) const;
  /// The first moment from `from` on at which the height is at least `height`; nullopt if there is
  /// none.
  std::optional<Time> first_at_least(Time from, std::int32_t height) const;
  /// The first moment from `from` on at which the height is less than `height`; nullopt if there is
  /// none.
  std::optional<Time> first_below(Time from, std::int32_t height) const;
  /// The last rise or fall before `before` at which the height becomes at least `height`; nullopt
  /// if there is none.
  std::optional<Time> last_at_least(Time before, std::int32_t height) const;

  std::size_t size() const { return nodes_.size() - 1 - free_.size(); }
  /// Nodes visited so far, for the tests that count the work.
  std::uint64_t visits() const { return visits_; }

 private:
  using Ref = std::uint32_t;  // 0: no node
  struct Node {
    Time at;
    std::int32_t rise = 0, sum = 0;
    // The lowest and highest height within the subtree, relative to the height before it.
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
