#include "journal/dedup.h"

#include <algorithm>

namespace alarum::journal {

void DedupSet::add(const SeenEvent& event) {
  if (!set_.insert(event.identity).second) return;
  order_.push_back(event);
  if (set_.size() <= max_) return;
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
  set_.erase(order_.front().identity);
  order_.pop_front();
}

}  // namespace alarum::journal
