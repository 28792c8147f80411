#include "match/ranges.h"

#include <algorithm>

namespace alarum::match {
namespace {

std::uint32_t place_of(const std::vector<double>& ends, double value) {
  const auto at = std::lower_bound(ends.begin(), ends.end(), value);
  const auto number = static_cast<std::uint32_t>(at - ends.begin());
  return at != ends.end() && *at == value ? 2 * number + 1 : 2 * number;
}

// Visits the nodes of the tree that together cover the places [from, to], at most two a level.
template <class Visit>
void each_node(std::uint32_t leaves, std::uint32_t from, std::uint32_t to, const Visit& visit) {
  for (auto l = from + leaves, r = to + leaves + 1; l < r; l /= 2, r /= 2) {
    if (l & 1) visit(l++);
    if (r & 1) visit(--r);
  }
}

}  // namespace

Ranges::Ranges(const std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    if (entry.low) ends_.push_back(entry.low->value);
    if (entry.high) ends_.push_back(entry.high->value);
  }
  std::sort(ends_.begin(), ends_.end());
  ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
  leaves_ = static_cast<std::uint32_t>(2 * ends_.size() + 1);
  std::vector<std::pair<std::uint32_t, Atom>> placed;
  for (const auto& entry : entries) {
    const auto from = entry.low ? place_of(ends_, entry.low->value) + !entry.low->inclusive : 0;
    const auto to =
        entry.high ? place_of(ends_, entry.high->value) - !entry.high->inclusive : leaves_ - 1;
    if (from <= to)
      each_node(leaves_, from, to,
                [&](std::uint32_t node) { placed.emplace_back(node, entry.atom); });
  }
  std::sort(placed.begin(), placed.end());
  node_at_.assign(2 * leaves_ + 1, 0);
  for (const auto& [node, atom] : placed) {
    ++node_at_[node + 1];
    atoms_.push_back(atom);
  }
  for (std::size_t i = 1; i < node_at_.size(); ++i) node_at_[i] += node_at_[i - 1];
}

void Ranges::matched(double value, std::vector<Atom>& out) const {
  for (auto node = place_of(ends_, value) + leaves_; node > 0; node /= 2) {
    out.insert(out.end(), atoms_.begin() + node_at_[node], atoms_.begin() + node_at_[node + 1]);
  }
}

}  // namespace alarum::match
