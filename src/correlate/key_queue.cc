#include "correlate/key_queue.h"

#include <algorithm>

namespace alarum::correlate {

bool KeyQueue::later(const Entry& a, const Entry& b) {
  return a.due != b.due ? a.due > b.due : a.key->key > b.key->key;
}

void KeyQueue::arm(KeyState& key, Time due) {
  key.due_ = due;
  if (due >= key.queued_ || key.entries_ == UINT8_MAX) return;
  key.queued_ = due;
  ++key.entries_;
  heap_.push_back({due, &key});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

const KeyState* KeyQueue::next(Time& due) const {
  if (heap_.empty()) return nullptr;
  due = heap_.front().due;
  return heap_.front().key;
}

KeyState* KeyQueue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const auto [due, key] = heap_.back();
  heap_.pop_back();
  --key->entries_;
  key->queued_ = Time::max();
  if (key->dead_ || key->due_ <= due) return key;
  if (key->due_ != Time::max()) arm(*key, key->due_);
  return nullptr;
}

bool KeyQueue::drop_some(std::size_t most) {
  heap_.resize(heap_.size() - std::min(most, heap_.size()));
  return heap_.empty();
}

}  // namespace alarum::correlate
