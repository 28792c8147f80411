#include "correlate/rule_state.h"

#include <algorithm>

#include "correlate/keys.h"

namespace alarum::correlate {

bool Queue::later(const Entry& a, const Entry& b) {
  return a.due != b.due ? a.due > b.due : a.slot->key > b.slot->key;
}

void Queue::arm(KeyState& slot, Time due) {
  slot.due = due;
  if (due >= slot.queued || slot.entries == UINT8_MAX) return;
  slot.queued = due;
  ++slot.entries;
  heap_.push_back({due, &slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

const KeyState* Queue::next(Time& due) const {
  if (heap_.empty()) return nullptr;
  due = heap_.front().due;
  return heap_.front().slot;
}

KeyState* Queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const auto [due, slot] = heap_.back();
  heap_.pop_back();
  --slot->entries;
  slot->queued = Time::max();
  if (slot->dead || slot->due <= due) return slot;
  if (slot->due != Time::max()) arm(*slot, slot->due);
  return nullptr;
}

bool Queue::drop_some(std::size_t most) {
  heap_.resize(heap_.size() - std::min(most, heap_.size()));
  return heap_.empty();
}

Time LastHeard::counted(Time last) const {
  for (const auto& one : anews_) {
    if (last <= one.until) last = one.at;
  }
  return last;
}

void LastHeard::remove(Time last) {
  const auto found = bins_.find(bin(counted(last)));
  if (found != bins_.end() && --found->second == 0) bins_.erase(found);
}

void LastHeard::anew(Time until, Time at) {
  const auto end = bins_.upper_bound(bin(until));
  std::uint32_t keys = 0;
  for (auto one = bins_.begin(); one != end; ++one) keys += one->second;
  bins_.erase(bins_.begin(), end);
  if (keys > 0) add(at, keys);
  const auto last = std::min(at, Time((bin(until) + 1) * bin_) - Duration(1));
  std::erase_if(anews_, [&](const Anew& one) { return one.at <= last; });
  anews_.push_back({last, at});
}

LastHeard::Share LastHeard::quiet(Time bound) const {
  Share share;
  for (const auto& [when, keys] : bins_) {
    share.all += keys;
    if (when <= bin(bound)) share.quiet += keys;
  }
  return share;
}

KeyState* RuleState::pop() {
  auto* slot = queue.pop();
  if (!slot || !slot->dead) return slot;
  if (slot->entries == 0) retired_.erase(slot);
  return nullptr;
}

void RuleState::set_live(KeyState& slot, bool live) {
  if (std::exchange(slot.live, live) == live) return;
  live ? void(live_.insert(&slot)) : void(live_.erase(&slot));
}

std::vector<KeyState*> RuleState::parts(const std::string& key) const {
  std::vector<KeyState*> out;
  const auto begin = parts_of(key);
  if (begin.empty()) return out;
  for (auto at = by_key_.lower_bound(std::string_view(begin));
       at != by_key_.end() && (*at)->key.starts_with(begin); ++at)
    out.push_back(*at);
  return out;
}

bool RuleState::drop_some(std::size_t most) {
  for (std::size_t i = 0; i < most && !by_key_.empty(); ++i) by_key_.erase(by_key_.begin());
  return slots_.drop_some(by_key_.empty() ? most : 0) && queue.drop_some(most);
}

void RuleState::erase(KeyState& slot) {
  set_live(slot, false);
  by_key_.erase(&slot);
  auto taken = slots_.take(slot);
  if (slot.entries == 0) return;
  slot.dead = true;
  slot.due = Time::max();
  retired_.emplace(&slot, std::move(taken));
}

KeyState* RuleState::find_or_add(const std::string& key) {
  if (auto* found = find(key)) return found;
  if (slots_.size() >= rule_->max_keys) return nullptr;
  auto& slot = slots_.add(std::make_unique<KeyState>(*this, key));
  set_saved(slot);
  if (rule_->by.size() > 1) by_key_.insert(&slot);
  if (rule_->condition == rules::Condition::distinct) slot.state = Distinct();
  if (rule_->condition == rules::Condition::sequence) slot.state = SequenceState();
  if (rule_->condition == rules::Condition::absent) slot.state = Absence();
  return &slot;
}

// Derived names stand under `#<file>.name`; the file's number moves when files come and go, the
// name does not.
std::string RuleState::signature_of(const rules::Rule& rule) {
  const auto plain = [](const std::string& path) {
    return path.starts_with('#') ? path.substr(path.find('.')) : path;
  };
  auto text = std::to_string(static_cast<int>(rule.condition)) + ' ' + plain(rule.distinct) + ' ' +
              std::to_string(rule.steps.size()) + '\n';
  // What their numbers stand for
  for (const auto& step : rule.steps) text += step.absent ? '!' : '.';
  for (const auto& [label, path] : rule.by) text += label + '=' + plain(path) + '\n';
  return text;
}

}  // namespace alarum::correlate
