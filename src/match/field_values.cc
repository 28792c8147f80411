#include "match/field_values.h"

#include <algorithm>

namespace alarum::match {
namespace {

// Memory for more entries than this is given back before the next event.
constexpr std::size_t kKeptEntries = 16 * 1024;
constexpr std::size_t kBlock = 16 * 1024;

}  // namespace

void FieldValues::begin(const PathTrie& paths) {
  if (paths_ != &paths || paths_id_ != paths.id()) {
    paths_ = &paths;
    paths_id_ = paths.id();
    known_members_.fill({});
    if (slots_.size() < paths.slots()) slots_.resize(paths.slots()), touched_.resize(paths.slots());
  }
  ++event_;
  member_ = 0;
  entry_count_ = 0;
  if (entries_.size() > kKeptEntries) entries_.clear(), entries_.shrink_to_fit();
  steps_.clear();
  if (steps_.capacity() > kKeptEntries) steps_.shrink_to_fit();
  touched_count_ = 0;
  trail_.clear();
  trail_nodes_.clear();
  arrays_ = 0;
  if (blocks_.size() > 1 || block_size_ > kBlock) {
    blocks_.clear();
    block_size_ = 0;
  }
  block_used_ = 0;
}

bool FieldValues::read(std::string_view json, PathTrie::Node root, bool object_only) {
  return JsonScan<FieldValues>(index_, *this).read(json, root, object_only);
}

void FieldValues::add(std::uint32_t slot, model::LeafKind kind, std::string_view text) {
  put(slot, kind, text, 0);
}

void FieldValues::begin_array(Node node) {
  trail_.push_back({arrays_++, 0});
  trail_nodes_.push_back(node);
}

void FieldValues::end_array() {
  trail_.pop_back();
  trail_nodes_.pop_back();
}

void FieldValues::put_again(Slot& at, std::uint32_t number, bool in_arrays) {
  entries_[at.last].next = number;
  at.last = number;
  ++at.count;
  at.in_arrays = at.in_arrays || in_arrays;
}

std::string_view FieldValues::decoded(std::string_view inside) {
  char* const out = room(inside.size());
  const auto size = decode_json_string(inside, out);
  block_used_ += size;
  return {out, size};
}

std::string_view FieldValues::keep(std::string_view text) {
  char* const out = room(text.size());
  std::copy(text.begin(), text.end(), out);
  block_used_ += text.size();
  return {out, text.size()};
}

char* FieldValues::room(std::size_t size) {
  if (blocks_.empty() || block_used_ + size > block_size_) {
    block_size_ = std::max(size, kBlock);
    blocks_.push_back(std::make_unique<char[]>(block_size_));
    block_used_ = 0;
  }
  return blocks_.back().get() + block_used_;
}

}  // namespace alarum::match
