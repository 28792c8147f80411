#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace alarum::deliver {

/// How many notifications may be taken from the book for each target: each has a share of its own,
/// and what lies above that comes from a common stock. So a target that takes nothing fills the
/// stock at most, and the others still have their shares. Any thread.
class TargetQuota {
 public:
  TargetQuota(std::size_t share, std::size_t stock) : share_(share), stock_(stock) {}

  std::size_t room(const std::string& target) const {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(target);
    const auto held = found == held_.end() ? 0 : found->second;
    return (stock_ - std::min(used_, stock_)) + (share_ - std::min(held, share_));
  }
  void take(const std::string& target, std::size_t count) {
    const std::scoped_lock lock(mutex_);
    auto& held = held_[target];
    used_ += above(held + count) - above(held);
    held += count;
    all_ += count;
  }
  void give_back(const std::string& target) {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(target);
    if (found == held_.end()) return;
    used_ -= above(found->second) - above(found->second - 1);
    --all_;
    if (--found->second == 0) held_.erase(found);
  }
  /// Of each target that has any.
  std::map<std::string, std::size_t> held() const {
    const std::scoped_lock lock(mutex_);
    return held_;
  }
  std::size_t all() const {
    const std::scoped_lock lock(mutex_);
    return all_;
  }

 private:
  std::size_t above(std::size_t held) const { return held - std::min(held, share_); }

  const std::size_t share_, stock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> held_;
  std::size_t used_ = 0, all_ = 0;  ///< of the stock; of both
};

}  // namespace alarum::deliver
