#include "correlate/skyline.h"

#include <algorithm>

namespace alarum::correlate {
namespace {

// Of a node, from its number: the same in every replay.
std::uint32_t priority(std::uint32_t ref) {
  auto mixed = ref * 0x9E3779B1U;
  mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6BU;
  mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35U;
  return mixed ^ (mixed >> 16);
}

}  // namespace

struct Skyline::AlertFilter {
  Time bound;  // exclusive, on the side from which is looked
  std::int32_t height;
  bool below = false;
  bool fits(std::int32_t here) const { return below ? here < height : here >= height; }
  bool possible(const Node& node, std::int32_t before) const {
    return fits(before + (below ? node.low : node.high));
  }
};

void Skyline::sum_up(Ref ref) {
  auto& node = nodes_[ref];
  const auto& left = nodes_[node.left];
  const auto& right = nodes_[node.right];
  const auto here = left.sum + node.rise;
  node.sum = here + right.sum;
  node.low = std::min({left.low, here, here + right.low});
  node.high = std::max({left.high, here, here + right.high});
}

void Skyline::add(Time at, std::int32_t rise) {
  root_ = change(root_, at, rise);
}

Skyline::Ref Skyline::change(Ref ref, Time at, std::int32_t rise) {
  ++visits_;
  if (ref == 0) {
    if (free_.empty()) {
      free_.push_back(static_cast<Ref>(nodes_.size()));
      nodes_.emplace_back();
    }
    ref = free_.back();
    free_.pop_back();
    nodes_[ref] = {at, rise, rise, rise, rise, 0, 0};
    return ref;
  }
  if (at == nodes_[ref].at) {
    if ((nodes_[ref].rise += rise) != 0) return sum_up(ref), ref;
    free_.push_back(ref);
    return merge(nodes_[ref].left, nodes_[ref].right);
  }
  const bool left = at < nodes_[ref].at;
  // The nodes may have moved
  const auto child = change(left ? nodes_[ref].left : nodes_[ref].right, at, rise);
  (left ? nodes_[ref].left : nodes_[ref].right) = child;
  sum_up(ref);
  return child != 0 && priority(child) > priority(ref) ? turned(ref, left) : ref;
}

// The left child, or the right one, becomes the parent.
Skyline::Ref Skyline::turned(Ref ref, bool left) {
  auto& node = nodes_[ref];
  const auto up = left ? node.left : node.right;
  auto& across = left ? nodes_[up].right : nodes_[up].left;
  (left ? node.left : node.right) = across;
  across = ref;
  sum_up(ref);
  sum_up(up);
  return up;
}

Skyline::Ref Skyline::merge(Ref a, Ref b) {
  ++visits_;
  if (a == 0 || b == 0) return a + b;
  const auto top = priority(a) > priority(b) ? a : b;
  if (top == a) {
    nodes_[a].right = merge(nodes_[a].right, b);
  } else {
    nodes_[b].left = merge(a, nodes_[b].left);
  }
  sum_up(top);
  return top;
}

std::optional<Time> Skyline::first_at_least(Time from, std::int32_t height) const {
  return first_from({from, height, false});
}
std::optional<Time> Skyline::first_below(Time from, std::int32_t height) const {
  return first_from({from, height, true});
}
std::optional<Time> Skyline::last_at_least(Time before, std::int32_t height) const {
  return last(root_, 0, {before, height, false});
}

std::int32_t Skyline::height(Time at) const {
  std::int32_t sum = 0;
  for (auto ref = root_; ref != 0; ++visits_) {
    const auto& node = nodes_[ref];
    if (node.at <= at) sum += nodes_[node.left].sum + node.rise;
    ref = node.at <= at ? node.right : node.left;
  }
  return sum;
}

std::optional<Time> Skyline::first_from(const AlertFilter& wanted) const {
  return wanted.fits(height(wanted.bound)) ? std::optional(wanted.bound) : first(root_, 0, wanted);
}

// Whole subtrees that have none are left out by their lowest and highest: what is visited in vain
// lies on the way to the bound.
std::optional<Time> Skyline::first(Ref ref, std::int32_t before, const AlertFilter& wanted) const {
  ++visits_;
  const auto& node = nodes_[ref];
  if (ref == 0 || !wanted.possible(node, before)) return std::nullopt;
  const auto here = before + nodes_[node.left].sum + node.rise;
  if (node.at <= wanted.bound) return first(node.right, here, wanted);
  if (const auto found = first(node.left, before, wanted)) return found;
  return wanted.fits(here) ? std::optional(node.at) : first(node.right, here, wanted);
}

std::optional<Time> Skyline::last(Ref ref, std::int32_t before, const AlertFilter& wanted) const {
  ++visits_;
  const auto& node = nodes_[ref];
  if (ref == 0 || !wanted.possible(node, before)) return std::nullopt;
  if (node.at >= wanted.bound) return last(node.left, before, wanted);
  const auto here = before + nodes_[node.left].sum + node.rise;
  if (const auto found = last(node.right, here, wanted)) return found;
  return wanted.fits(here) ? std::optional(node.at) : last(node.left, before, wanted);
}

}  // namespace alarum::correlate
