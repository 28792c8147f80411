#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "match/hash.h"

namespace alarum::match {

/// The paths that the rules read, as a tree of member names. A reader of an event walks down the
/// tree and knows at each member whether anything below it is needed.
///
/// Each path has a slot: its number, in the order of addition. A member named `a.b` leads to the
/// same node as the member `b` of `a`, because EventBridge does not distinguish the two.
///
/// Built on one thread with add(); afterwards immutable and readable by any thread. Memory: a node
/// for each different beginning of a path, and for paths of up to 8 names an edge for each run of
/// names.
class PathTrie {
 public:
  using Node = std::uint32_t;  ///< 0: no path leads there
  static constexpr Node kRoot = 1;
  /// The slot of a node at which no path ends.
  static constexpr std::uint32_t kNoSlot = std::numeric_limits<std::uint32_t>::max();

  PathTrie();
  /// Adds a path of names joined by dots, and returns its slot. An added path keeps its slot.
  std::uint32_t add(std::string_view path);

  /// The number of different paths. Slots are less than it.
  std::uint32_t slots() const { return slot_count_; }
  /// A hash of what was added, in its order. Tries with the same id have the same nodes and slots,
  /// so what was cached for one is valid for the other.
  std::uint64_t id() const { return id_; }
  /// The slot of a path; kNoSlot if it was not added.
  std::uint32_t find(std::string_view path) const;
  std::uint32_t slot(Node node) const { return nodes_[node].slot; }

  /// The node of the member `name` (decoded, as in JSON) of the object at `node`; 0 if no path
  /// leads there. Most names that no rule reads are rejected by a 64-bit filter in the node,
  /// without a look into the table.
  Node child(Node node, std::string_view name) const {
    if (name.empty()) [[unlikely]]
      return unusual(node, name);
    if (!(nodes_[node].filter >> filter_bit(name) & 1)) return split_ ? unusual(node, name) : 0;
    const auto hash = name_hash(name, node);
    for (auto at = hash & mask_;; at = (at + 1) & mask_) {
      const auto& edge = edges_[at];
      if (edge.child == 0) return split_ ? unusual(node, name) : 0;
      if (edge.hash == hash && edge.node == node && same(text_of(edge), name)) return edge.child;
    }
  }

 private:
  struct Inner {
    std::uint64_t filter = 0;  // a bit (filter_bit) for each name that has an edge
    std::uint32_t slot = kNoSlot;
  };
  // An edge: the member `name` of the object at `node` leads to `child`.
  struct Edge {
    std::uint64_t hash = 0;
    Node node = 0, child = 0;  // child 0: an empty place
    std::uint32_t text_at = 0, text_size = 0;
  };

  // The bit of a name in a node's filter, by its length and first byte.
  static unsigned filter_bit(std::string_view name) {
    return static_cast<unsigned>(name.size() * 7 +
                                 (name.empty() ? 0 : static_cast<unsigned char>(name.front()))) &
           63;
  }
  std::string_view text_of(const Edge& edge) const {
    return {texts_.data() + edge.text_at, edge.text_size};
  }
  // The child by the hash table alone, without the filter and the special cases.
  Node lookup(Node node, std::string_view name) const;
  // The child for the special cases: an empty name at the root is the root, and a name with dots
  // may be several names of a long path.
  Node unusual(Node node, std::string_view name) const;
  Node step(Node node, std::string_view name);
  // Adds an edge, which must not be there yet.
  void connect(Node node, std::string_view name, Node child);
  void grow();

  std::uint64_t id_ = 0;
  std::vector<Inner> nodes_;
  std::vector<Edge> edges_;  // open addressing
  std::size_t edge_count_ = 0;
  std::uint64_t mask_ = 0;
  std::string texts_;
  std::uint32_t slot_count_ = 0;
  // Whether some path has more than 8 names. Then names with dots are split when they are looked
  // up.
  bool split_ = false;
};

}  // namespace alarum::match
