#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace alarum {

/// A bounded queue from any threads to one consumer thread. `weight` counts what an item costs, so that a bound in events
/// or bytes holds for items of many sizes. What was pushed before `close` is still taken: the end is an in-band marker.
///
/// The mutex guards the queue and nothing else; it is the one place where two threads of ours meet.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t bound) : bound_(bound) {}

  /// False when the channel is full or closed: the caller tells its sender. An item heavier than the bound fits an empty one.
  bool try_push(T item, std::size_t weight = 1) {
    const std::lock_guard lock(mutex_);
    if (closed_ || (weight_ > 0 && weight_ + weight > bound_)) return false;
    append(std::move(item), weight);
    return true;
  }

  /// Waits for room. False when closed.
  bool push(T item, std::size_t weight = 1) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || weight_ == 0 || weight_ + weight <= bound_; });
    if (closed_) return false;
    append(std::move(item), weight);
    return true;
  }

  /// Never refuses while open: for the few small messages that must not be lost and are bounded by something else.
  bool push_over_bound(T item) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    append(std::move(item), 0);
    return true;
  }

  /// All that waits, after at most `timeout`; empty on a time-out. nullopt once closed and drained.
  std::optional<std::vector<T>> take_all(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, timeout, [&] { return closed_ || !items_.empty(); });
    if (items_.empty() && closed_) return std::nullopt;
    std::vector<T> taken(std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
    items_.clear();
    weight_ = 0;
    room_.notify_all();
    return taken;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
    room_.notify_all();
  }

  std::size_t weight() const {
    const std::lock_guard lock(mutex_);
    return weight_;
  }

 private:
  void append(T item, std::size_t weight) {
    items_.push_back(std::move(item));
    weight_ += weight;
    arrived_.notify_one();
  }

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable room_;
  std::deque<T> items_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace alarum
