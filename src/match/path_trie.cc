#include "match/path_trie.h"

namespace alarum::match {
namespace {

// A path of up to this many names gets an edge for each run of its names.
constexpr std::size_t kMostJoined = 8;

std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  for (;;) {
    const auto dot = path.find('.');
    names.push_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return names;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace

PathTrie::PathTrie() : nodes_(2), edges_(16), mask_(15) {}

PathTrie::Node PathTrie::lookup(Node node, std::string_view name) const {
  const auto hash = name_hash(name, node);
  for (auto at = hash & mask_;; at = (at + 1) & mask_) {
    const auto& edge = edges_[at];
    if (edge.child == 0) return 0;
    if (edge.hash == hash && edge.node == node && text_of(edge) == name) return edge.child;
  }
}

// An empty name at the root adds nothing to a path. A name with dots may be several names of a long
// path.
PathTrie::Node PathTrie::unusual(Node node, std::string_view name) const {
  if (name.empty()) return node == kRoot ? kRoot : lookup(node, name);
  if (!split_ || name.find('.') == std::string_view::npos) return 0;
  for (const auto part : names_of(name)) {
    node = lookup(node, part);
    if (node == 0) break;
  }
  return node;
}

std::uint32_t PathTrie::add(std::string_view path) {
  id_ = hash_of(path, id_ + 1);
  std::vector<Node> way{kRoot};
  const auto names = path.empty() ? std::vector<std::string_view>() : names_of(path);
  for (const auto name : names) way.push_back(step(way.back(), name));
  if (names.size() > kMostJoined) split_ = true;
  for (std::size_t from = 0; names.size() <= kMostJoined && from < names.size(); ++from) {
    for (auto to = from + 1; to < names.size(); ++to) {
      const std::string_view joined(
          names[from].data(),
          static_cast<std::size_t>(names[to].data() + names[to].size() - names[from].data()));
      if (lookup(way[from], joined) == 0) connect(way[from], joined, way[to + 1]);
    }
  }
  auto& slot = nodes_[way.back()].slot;
  if (slot == kNoSlot) slot = slot_count_++;
  return slot;
}

std::uint32_t PathTrie::find(std::string_view path) const {
  Node node = kRoot;
  if (!path.empty()) {
    for (const auto name : names_of(path)) {
      node = lookup(node, name);
      if (node == 0) return kNoSlot;
    }
  }
  return nodes_[node].slot;
}

PathTrie::Node PathTrie::step(Node node, std::string_view name) {
  if (const auto known = lookup(node, name)) return known;
  nodes_.emplace_back();
  const auto child = static_cast<Node>(nodes_.size() - 1);
  connect(node, name, child);
  return child;
}

void PathTrie::connect(Node node, std::string_view name, Node child) {
  if (2 * ++edge_count_ > edges_.size()) grow();
  const auto hash = name_hash(name, node);
  auto at = hash & mask_;
  while (edges_[at].child != 0) at = (at + 1) & mask_;
  edges_[at] = {hash, node, child, static_cast<std::uint32_t>(texts_.size()),
                static_cast<std::uint32_t>(name.size())};
  texts_ += name;
  nodes_[node].filter |= std::uint64_t{1} << filter_bit(name);
}

void PathTrie::grow() {
  std::vector<Edge> old(edges_.size() * 2);
  old.swap(edges_);
  mask_ = edges_.size() - 1;
  for (const auto& edge : old) {
    if (edge.child == 0) continue;
    auto at = edge.hash & mask_;
    while (edges_[at].child != 0) at = (at + 1) & mask_;
    edges_[at] = edge;
  }
}

}  // namespace alarum::match
