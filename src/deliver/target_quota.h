#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace alarum::deliver {

/// Limits how many notifications are in memory for each target. Each target has a share of its own;
/// what exceeds the shares comes from a stock that all have in common. So a target that accepts
/// nothing can use up the stock at most, and the others still have their shares. Any thread: the
/// engine takes, delivery gives back, the API reads.
class TargetQuota {
 public:
  TargetQuota(std::size_t share, std::size_t stock) : share_(share), stock_(stock) {}

  /// How many more notifications the target may have.
  std::size_t room(const std::string& target) const {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(target);
    const auto held = found == held_.end() ? 0 : found->second;
    return (stock_ - std::min(used_, stock_)) + (share_ - std::min(held, share_));
  }
  /// The target gets `count` more. The caller has checked room().
  void take(const std::string& target, std::size_t count) {
    const std::scoped_lock lock(mutex_);
    auto& held = held_[target];
    used_ += above(held + count) - above(held);
    held += count;
    all_ += count;
  }
  /// One notification of the target has ended.
  void give_back(const std::string& target) {
    const std::scoped_lock lock(mutex_);
    const auto found = held_.find(target);
    if (found == held_.end()) return;
    used_ -= above(found->second) - above(found->second - 1);
    --all_;
    if (--found->second == 0) held_.erase(found);
  }
  /// How many each target has; a target without any is left out.
  std::map<std::string, std::size_t> held() const {
    const std::scoped_lock lock(mutex_);
    return held_;
  }
  /// How many all targets have together.
  std::size_t all() const {
    const std::scoped_lock lock(mutex_);
    return all_;
  }

 private:
  // The part of `held` that comes from the stock.
  std::size_t above(std::size_t held) const { return held - std::min(held, share_); }

  const std::size_t share_, stock_;  // notifications: for each target, and for all together
  // Guards the members below. A channel would not do, because the engine needs the answer at once.
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> held_;
  std::size_t used_ = 0, all_ = 0;  ///< taken from the stock; and in total
};

}  // namespace alarum::deliver
