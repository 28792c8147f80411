#include "match/leaves.h"

#include <algorithm>

namespace alarum::match {
namespace {

constexpr std::size_t kKeptEntries = 16 * 1024;  // of what one large event took, no more is kept for the next
constexpr std::size_t kBlock = 16 * 1024;

template <class T>
void clear(std::vector<T>& list) {
  list.clear();
  if (list.capacity() > kKeptEntries) list.shrink_to_fit();
}

}  // namespace

void Leaves::begin(const PathTrie& paths) {
  paths_ = &paths;
  ++event_;
  if (slots_.size() < paths.slots()) slots_.resize(paths.slots());
  clear(entries_);
  clear(steps_);
  touched_.clear();
  trail_.clear();
  trail_nodes_.clear();
  arrays_ = 0;
  if (blocks_.size() > 1 || block_size_ > kBlock) {
    blocks_.clear();
    block_size_ = 0;
  }
  block_used_ = 0;
}

bool Leaves::read(std::string_view json, PathTrie::Node root, bool object_only) {
  return JsonScan<Leaves>(index_, *this).read(json, root, object_only);
}

void Leaves::add(std::uint32_t slot, model::LeafKind kind, std::string_view text) { put(slot, kind, text, 0); }

void Leaves::scalar(Node node, JsonType type, std::string_view text, bool escaped) {
  const auto slot = paths_->slot(node);
  if (slot == PathTrie::kNoSlot) return;
  // A scalar that is itself an element takes no step for that array (model::ArrayStep).
  const bool element = !trail_nodes_.empty() && trail_nodes_.back() == node;
  put(slot, static_cast<model::LeafKind>(type), escaped ? decoded(text) : text, trail_.size() - element);
}

void Leaves::begin_array(Node node) {
  trail_.push_back({arrays_++, 0});
  trail_nodes_.push_back(node);
}

void Leaves::end_array() {
  trail_.pop_back();
  trail_nodes_.pop_back();
}

void Leaves::put(std::uint32_t slot, model::LeafKind kind, std::string_view text, std::size_t steps) {
  const auto number = static_cast<std::uint32_t>(entries_.size());
  auto& entry = entries_.emplace_back();  // filled in place: a copy of it waits for its own stores
  entry.leaf.kind = kind;
  entry.leaf.text = text;
  entry.leaf.steps_at = static_cast<std::uint32_t>(steps_.size());
  entry.leaf.steps = static_cast<std::uint32_t>(steps);
  for (std::size_t i = 0; i < steps; ++i) steps_.push_back(trail_[i]);
  auto& at = slots_[slot];
  if (at.event != event_) {
    at.event = event_;
    at.first = at.last = number;
    at.count = 1;
    at.in_arrays = steps > 0;
    touched_.push_back(slot);
    return;
  }
  entries_[at.last].next = number;
  at.last = number;
  ++at.count;
  at.in_arrays = at.in_arrays || steps > 0;
}

std::string_view Leaves::decoded(std::string_view inside) {
  char* const out = room(inside.size());
  const auto size = decode_json_string(inside, out);
  block_used_ += size;
  return {out, size};
}

std::string_view Leaves::keep(std::string_view text) {
  char* const out = room(text.size());
  std::copy(text.begin(), text.end(), out);
  block_used_ += text.size();
  return {out, text.size()};
}

char* Leaves::room(std::size_t size) {
  if (blocks_.empty() || block_used_ + size > block_size_) {
    block_size_ = std::max(size, kBlock);
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
  }
  return blocks_.back().get() + block_used_;
}

}  // namespace alarum::match
