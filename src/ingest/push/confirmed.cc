#include "ingest/push/confirmed.h"

namespace alarum::ingest {

bool Confirmed::contains(const std::string& topic, const std::string& id, Time now) {
  const std::lock_guard lock(mutex_);
  while (!order_.empty() && order_.front().first < now) {
    known_.erase(order_.front().second);
    order_.pop_front();
  }
  return known_.contains({topic, id});
}

void Confirmed::add(const std::string& topic, const std::string& id, Time until) {
  const std::lock_guard lock(mutex_);
  if (!known_.emplace(topic, id).second) return;
  order_.emplace_back(until, Key{topic, id});
  if (order_.size() <= kMost) return;
  known_.erase(order_.front().second);
  order_.pop_front();
}

}  // namespace alarum::ingest
