#include "correlate/memory.h"

#include <algorithm>

namespace alarum::correlate {

bool Queue::later(const Entry& a, const Entry& b) {
  if (a.due != b.due) return a.due > b.due;
  const auto names = a.slot->memory->name().compare(b.slot->memory->name());
  return names != 0 ? names > 0 : a.slot->key > b.slot->key;
}

void Queue::arm(Slot& slot, Time due) {
  slot.due = due;
  if (due >= slot.queued || slot.entries == UINT8_MAX) return;
  slot.queued = due;
  ++slot.entries;
  heap_.push_back({due, &slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

const Slot* Queue::next(Time& due) const {
  if (heap_.empty()) return nullptr;
  due = heap_.front().due;
  return heap_.front().slot;
}

Slot* Queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const auto [due, slot] = heap_.back();
  heap_.pop_back();
  --slot->entries;
  slot->queued = Time::max();
  if (slot->dead) {
    if (slot->entries == 0) slot->memory->bury(*slot);
    return nullptr;
  }
  if (slot->due <= due) return slot;
  if (slot->due != Time::max()) arm(*slot, slot->due);
  return nullptr;
}

void Memory::erase(Slot& slot) {
  auto taken = slots_.take(slot);
  if (slot.entries == 0) return;
  slot.dead = true;
  slot.due = Time::max();
  graveyard_.emplace(&slot, std::move(taken));
}

Slot* Memory::find_or_add(const std::string& key) {
  if (auto* found = find(key)) return found;
  if (slots_.size() >= rule_->max_keys) return nullptr;
  auto& slot = slots_.add(std::make_unique<Slot>(*this, key));
  set_saved(slot);
  if (rule_->condition == rules::Condition::sequence) slot.state = Chain();
  if (rule_->condition == rules::Condition::absent) slot.state = Absence();
  return &slot;
}

// Derived names stand under `#<file>.name`; the file's number moves when files come and go, the name does not.
std::string Memory::signature_of(const rules::Rule& rule) {
  const auto plain = [](const std::string& path) { return path.starts_with('#') ? path.substr(path.find('.')) : path; };
  auto text = std::to_string(static_cast<int>(rule.condition)) + ' ' + plain(rule.distinct) + ' ' + std::to_string(rule.steps.size()) + '\n';
  for (const auto& step : rule.steps) text += step.absent ? '!' : '.';  // what their numbers stand for
  for (const auto& [label, path] : rule.by) text += label + '=' + plain(path) + '\n';
  return text;
}

}  // namespace alarum::correlate
