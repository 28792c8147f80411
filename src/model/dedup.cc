#include "model/dedup.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace alarum::model {
namespace {

constexpr std::size_t kLeast = 64;  // slots of the first table
// Numbers that 32 bits tell apart, beside none.
constexpr std::uint64_t kShort = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void DedupSet::Order::push(const Entry& entry) {
  if (end_ / kPiece - first_ / kPiece == pieces_.size())
    pieces_.push_back(std::make_unique<std::array<Entry, kPiece>>());
  (*this)[end_] = entry;
  ++end_;
}

void DedupSet::Order::pop() {
  if (++first_ % kPiece == 0) pieces_.pop_front();
}

std::uint32_t DedupSet::short_of(std::uint64_t number) {
  return static_cast<std::uint32_t>(number % kShort + 1);
}

std::uint64_t DedupSet::number_of(const Slot& slot) const {
  const auto first = order_.first();
  return first + (slot.number + kShort - short_of(first)) % kShort;
}

// The slot of an identity, or the free one where it would stand; there is a table.
std::size_t DedupSet::find(const Identity& identity) const {
  const auto tag = tag_of(identity);
  auto slot = home(tag);
  for (; slots_[slot].number != 0; slot = next(slot)) {
    if (slots_[slot].tag == tag && order_[number_of(slots_[slot])].identity == identity) break;
  }
  return slot;
}

std::uint64_t DedupSet::content_of(std::uint64_t number) const {
  const auto found = contents_.find(number);
  return found == contents_.end() ? 0 : found->second;
}

std::optional<std::uint64_t> DedupSet::content(const Identity& identity) const {
  if (slots_.empty()) return std::nullopt;
  const auto& slot = slots_[find(identity)];
  return slot.number == 0 ? std::nullopt : std::optional(content_of(number_of(slot)));
}

bool DedupSet::contains(const SeenAs& seen) const {
  return std::ranges::any_of(seen, [&](const auto& one) { return contains(one); });
}

void DedupSet::prefetch(const Identity& identity) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[home(tag_of(identity))]);
}

void DedupSet::add(const SeenEvent& event) {
  // At a start all that the segments hold comes: what had left the window by then must not keep the
  // place of what is in it.
  expire(event.at);
  if (order_.size() + order_.size() / 4 >= slots_.size()) grow();
  auto& slot = slots_[find(event.identity)];
  if (slot.number != 0 && content_of(number_of(slot)) == event.content) return;
  known_ += slot.number == 0;
  const auto number = order_.end();
  slot = {tag_of(event.identity), short_of(number)};
  order_.push({event.identity, event.at});
  if (event.content != 0) contents_.emplace(number, event.content);
  if (order_.size() <= max_) return;
  cut_ = true;
  forget_oldest();
}

void DedupSet::expire(Time now) {
  while (!order_.empty() && order_[order_.first()].at + window_ < now) {
    forget_oldest();
    cut_ = false;
  }
}

Duration DedupSet::reach(Time now) const {
  return cut_ && !order_.empty() ? std::min(window_, now - order_[order_.first()].at) : window_;
}

// Half as many slots again, or as many as `max` needs: there are never more entries.
void DedupSet::grow() {
  const auto most = std::max(max_, kLeast) + std::max(max_, kLeast) / 3 + 2;
  const auto before = std::exchange(
      slots_,
      std::vector<Slot>(std::min(most, std::max(kLeast, slots_.size() + slots_.size() / 2))));
  for (const auto& slot : before) {
    if (slot.number != 0) put(slot);
  }
}

void DedupSet::put(Slot slot) {
  auto at = home(slot.tag);
  while (slots_[at].number != 0) at = next(at);
  slots_[at] = slot;
}

// What stands behind moves up, so that no look ends before its goal.
void DedupSet::erase(std::size_t slot) {
  const auto distance = [&](std::size_t from, std::size_t to) {
    return to >= from ? to - from : to + slots_.size() - from;
  };
  for (auto behind = next(slot); slots_[behind].number != 0; behind = next(behind)) {
    if (distance(home(slots_[behind].tag), behind) < distance(slot, behind)) continue;
    slots_[slot] = slots_[behind];
    slot = behind;
  }
  slots_[slot] = {};
}

void DedupSet::forget_oldest() {
  const auto number = order_.first();
  const auto slot = find(order_[number].identity);
  if (slots_[slot].number != 0 && number_of(slots_[slot]) == number) {
    erase(slot);
    --known_;
  }
  if (!contents_.empty()) contents_.erase(number);
  order_.pop();
}

}  // namespace alarum::model
