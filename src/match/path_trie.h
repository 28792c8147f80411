#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "match/hash.h"

namespace alarum::match {

/// The paths that anybody reads, as a tree of member names: what a reader of an event walks down to
/// know which members are of use. Each path has a slot, its number. A member named `a.b` leads
/// where `b` of `a` leads, as EventBridge has it (both spell the path a.b). Immutable once built.
class PathTrie {
 public:
  using Node = std::uint32_t;  ///< 0: no path goes there
  static constexpr Node kRoot = 1;
  static constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();

  PathTrie();
  /// The slot of a path, new or known.
  std::uint32_t add(std::string_view path);

  std::uint32_t slots() const { return slot_count_; }
  /// Made of what was added: tries of the same id have the same nodes and slots, wherever they are
  /// in memory.
  std::uint64_t id() const { return id_; }
  /// kNoSlot where nobody reads the path.
  std::uint32_t find(std::string_view path) const;
  std::uint32_t slot(Node node) const { return nodes_[node].slot; }

  /// Where the member `name` of the object at `node` leads. `name` is decoded.
  Node child(Node node, std::string_view name) const {
    if (!(nodes_[node].filter >> filter_bit(name) & 1))
      return split_ || name.empty() ? unusual(node, name) : 0;
    const auto hash = name_hash(name, node);
    for (auto at = hash & mask_;; at = (at + 1) & mask_) {
      const auto& edge = edges_[at];
      if (edge.child == 0) return split_ ? unusual(node, name) : 0;
      if (edge.hash == hash && edge.node == node && same(text_of(edge), name)) return edge.child;
    }
  }

 private:
  struct Inner {
    std::uint64_t filter = 0;  // by filter_bit, of the names that lead on
    std::uint32_t slot = kNoSlot;
  };
  struct Edge {
    std::uint64_t hash = 0;
    Node node = 0, child = 0;  // child 0: an empty place
    std::uint32_t text_at = 0, text_size = 0;
  };

  static unsigned filter_bit(std::string_view name) {
    return static_cast<unsigned>(name.size() * 7 +
                                 (name.empty() ? 0 : static_cast<unsigned char>(name.front()))) &
           63;
  }
  std::string_view text_of(const Edge& edge) const {
    return {texts_.data() + edge.text_at, edge.text_size};
  }
  Node lookup(Node node, std::string_view name) const;
  Node unusual(Node node, std::string_view name) const;
  Node step(Node node, std::string_view name);
  void connect(Node node, std::string_view name, Node child);
  void grow();

  std::uint64_t id_ = 0;
  std::vector<Inner> nodes_;
  std::vector<Edge> edges_;  // open addressing
  std::size_t edge_count_ = 0;
  std::uint64_t mask_ = 0;
  std::string texts_;
  std::uint32_t slot_count_ = 0;
  // Some path is too long to have an edge for each of its parts: names with dots are taken apart
  bool split_ = false;
};

}  // namespace alarum::match
