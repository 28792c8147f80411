#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/json_scan.h"
#include "match/path_trie.h"
#include "model/flat_event.h"

namespace alarum::match {

/// The leaves of one event whose paths the rules read, by slot (the number of a path in a
/// PathTrie). This is what the index matches.
///
/// - Scratch memory of one thread, used again for every event and every index. In a steady state
///   nothing is allocated. After a large event, memory for at most 16,384 leaves is kept.
/// - Views in the leaves point into the event's bytes or into this object. They are valid until the
///   next begin().
/// - Forgetting an event is one increment: a slot belongs to the event whose number it has.
class FieldValues {
 public:
  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};  ///< ends a list of entries

  struct Entry {
    model::Leaf leaf;  ///< without its path
    std::uint32_t next = kEnd;
  };
  /// The leaves of one path: a linked list in the order of the document.
  struct Slot {
    std::uint64_t event = 0;  ///< the event (see event()) that the other members describe
    std::uint32_t first = 0, last = 0, count = 0;
    bool in_arrays = false;  ///< some leaf lies below an array's element
  };

  /// Begins a new event and forgets the one before. `paths` must outlive the reading of this event.
  void begin(const PathTrie& paths);
  /// Reads a JSON text, whose outermost value is at the node `root`. False if the text is not
  /// valid, or not an object and `object_only`; the leaves may then have a part of it, and must not
  /// be matched. The text must live as long as the leaves.
  bool read(std::string_view json, PathTrie::Node root, bool object_only = false);
  /// Adds a leaf that is not in a JSON text, such as an attribute or a derived value. `text` must
  /// live as long as the leaves; see keep().
  void add(std::uint32_t slot, model::LeafKind kind, std::string_view text);
  /// Copies a text into this object, where it lives as long as the leaves.
  std::string_view keep(std::string_view text);

  /// The leaves of a slot; nullptr if the event has none.
  const Slot* find(std::uint32_t slot) const {
    return slots_[slot].event == event_ ? &slots_[slot] : nullptr;
  }
  /// As find(), for a slot that is known to have leaves, such as one of touched().
  const Slot& at(std::uint32_t slot) const { return slots_[slot]; }
  const Entry& entry(std::uint32_t number) const { return entries_[number]; }
  /// Calls visit(leaf) for the leaves of a slot until it returns true. Whether it did.
  template <class Visit>
  bool any(const Slot& slot, const Visit& visit) const {
    for (auto at = slot.first; at != kEnd; at = entries_[at].next) {
      if (visit(entries_[at].leaf)) return true;
    }
    return false;
  }
  /// The slots that have leaves, each once, in the order in which they got their first one.
  std::span<const std::uint32_t> touched() const { return {touched_.data(), touched_count_}; }
  std::span<const model::ArrayStep> steps() const { return steps_; }
  std::span<const model::ArrayStep> steps(const model::Leaf& leaf) const {
    return {steps_.data() + leaf.steps_at, leaf.steps};
  }
  /// The number of the event, which rises with each begin().
  std::uint64_t event() const { return event_; }

  // The sink of JsonScan (base/json_scan.h). Others do not call these members.
  using Node = PathTrie::Node;
  // Events of one sender have the same members in the same order. So the n-th name is first
  // compared with the n-th name of the event before, which saves most look-ups in the trie.
  Node member(Node node, std::string_view name, bool escaped) {
    const auto size = name.size();
    if (escaped || size - 1 >= 16) return paths_->child(node, escaped ? decoded(name) : name);
    const auto begin = size < 8 ? load_few(name.data(), size) : load8(name.data());
    const auto end = size < 8 ? 0 : load8(name.data() + size - 8);
    auto& known = known_members_[member_++ % known_members_.size()];
    if (known.begin != begin || known.end != end || known.node != node || known.size != size) {
      known = {begin, end, static_cast<std::uint32_t>(size), node, paths_->child(node, name)};
    }
    return known.child;
  }
  void scalar(Node node, JsonType type, std::string_view text, bool escaped) {
    const auto slot = paths_->slot(node);
    if (slot == PathTrie::kNoSlot) return;
    // A scalar that is itself an element takes no step for that array (model::ArrayStep).
    const auto steps = trail_.empty() ? 0 : trail_.size() - (trail_nodes_.back() == node);
    put(slot, static_cast<model::LeafKind>(type), escaped ? decoded(text) : text, steps);
  }
  void begin_array(Node node);
  void next_element() { ++trail_.back().element; }
  void end_array();

 private:
  std::string_view decoded(std::string_view inside);
  // Space for `size` bytes in the last block; the caller advances block_used_.
  char* room(std::size_t size);
  void put(std::uint32_t slot, model::LeafKind kind, std::string_view text, std::size_t steps) {
    const auto number = entry_count_++;
    if (number == entries_.size()) entries_.resize(64 + 2 * entries_.size());
    auto& entry = entries_[number];
    entry.leaf.kind = kind;
    entry.leaf.text = text;
    entry.leaf.steps_at = static_cast<std::uint32_t>(steps_.size());
    entry.leaf.steps = static_cast<std::uint32_t>(steps);
    entry.next = kEnd;
    for (std::size_t i = 0; i < steps; ++i) steps_.push_back(trail_[i]);
    auto& at = slots_[slot];
    if (at.event == event_) return put_again(at, number, steps > 0);
    at = {event_, number, number, 1, steps > 0};
    touched_[touched_count_++] = slot;
  }
  void put_again(Slot& at, std::uint32_t number, bool in_arrays);

  // A member name of up to 16 bytes and the node it led to, for the next event of the same form.
  struct Member {
    std::uint64_t begin = 0, end = 0;  // of its name: together with the size they are all of it
    std::uint32_t size = 0;            // 0: an empty place
    Node node = 0, child = 0;
  };

  const PathTrie* paths_ = nullptr;
  std::uint64_t paths_id_ = 0;
  std::array<Member, 64> known_members_;  // by their number in the event
  std::uint32_t member_ = 0;
  JsonIndex index_;
  std::uint64_t event_ = 0;
  std::vector<Slot> slots_;
  std::vector<Entry> entries_;  // the first entry_count_ are of this event
  std::uint32_t entry_count_ = 0;
  std::vector<std::uint32_t> touched_;  // the first touched_count_
  std::uint32_t touched_count_ = 0;
  std::vector<model::ArrayStep> steps_;
  std::vector<model::ArrayStep> trail_;  // of the arrays around the current value
  std::vector<Node> trail_nodes_;
  std::uint32_t arrays_ = 0;
  // Memory for texts that had to be copied. The last block is being filled.
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_ = 0, block_size_ = 0;
};

}  // namespace alarum::match
