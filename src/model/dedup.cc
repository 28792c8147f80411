#include "model/dedup.h"

#include <algorithm>

namespace alarum::model {

std::optional<std::uint64_t> DedupSet::content(const Identity& identity) const {
  const auto found = known_.find(identity);
  return found == known_.end() ? std::nullopt : std::optional(found->second.content);
}

bool DedupSet::contains(const SeenAs& seen) const {
  return std::ranges::any_of(seen, [&](const auto& one) { return contains(one); });
}

void DedupSet::add(const SeenEvent& event) {
  expire(event.at);  // at a start all that the segments hold comes: what had left the window by then must not keep the place of what is in it
  const Known known{event.content, first_ + order_.size()};
  const auto [found, fresh] = known_.try_emplace(event.identity, known);
  if (!fresh && found->second.content == event.content) return;
  found->second = known;
  order_.push_back({event.identity, event.at});
  if (order_.size() <= max_) return;
  cut_ = true;
  forget_oldest();
}

void DedupSet::expire(Time now) {
  while (!order_.empty() && order_.front().at + window_ < now) {
    forget_oldest();
    cut_ = false;
  }
}

Duration DedupSet::reach(Time now) const {
  return cut_ && !order_.empty() ? std::min(window_, now - order_.front().at) : window_;
}

void DedupSet::forget_oldest() {
  const auto found = known_.find(order_.front().identity);
  if (found != known_.end() && found->second.number == first_) known_.erase(found);
  order_.pop_front();
  ++first_;
}

}  // namespace alarum::model
