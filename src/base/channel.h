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

/// A bounded queue from any threads to one consumer thread. `weight` counts what an item costs, so
/// that a bound in events or bytes holds for items of many sizes. What was pushed before `close` is
/// still taken: the end is an in-band marker. Nobody waits for room: whoever finds a channel full()
/// says so, or comes again, so that what a full one stops is state that can be seen.
///
/// The mutex guards the queue and nothing else; it is the one place where two threads of ours meet.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t bound) : bound_(bound) {}

  /// False when the channel is full or closed: the caller tells its sender. An item heavier than
  /// the bound fits an empty one.
  bool try_push(T item, std::size_t weight = 1) {
    const std::lock_guard lock(mutex_);
    if (closed_ || is_over(weight)) return false;
    append(std::move(item), weight);
    return true;
  }

  /// Never refuses while open: for the few small messages that must not be lost and are bounded by
  /// something else.
  bool push_over_bound(T item) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    append(std::move(item), 0);
    return true;
  }

  /// All that waits, after at most `timeout`; empty on a time-out. nullopt once closed and drained.
  std::optional<std::vector<T>> take_all(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    // Whoever goes by turns waits for nothing, and a wait of no time is a call of the system.
    if (timeout > std::chrono::nanoseconds())
      arrived_.wait_for(lock, timeout, [&] { return closed_ || !items_.empty(); });
    if (items_.empty() && closed_) return std::nullopt;
    std::vector<T> taken(std::make_move_iterator(items_.begin()),
                         std::make_move_iterator(items_.end()));
    items_.clear();
    weight_ = 0;
    return taken;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
  }

  std::size_t weight() const {
    const std::lock_guard lock(mutex_);
    return weight_;
  }

  /// try_push() of so much would be refused.
  bool full(std::size_t weight = 1) const {
    const std::lock_guard lock(mutex_);
    return is_over(weight);
  }

  /// take_all() would not wait: something is there, or it was closed.
  bool ready() const {
    const std::lock_guard lock(mutex_);
    return closed_ || !items_.empty();
  }

 private:
  bool is_over(std::size_t weight) const { return weight_ > 0 && weight_ + weight > bound_; }
  void append(T item, std::size_t weight) {
    items_.push_back(std::move(item));
    weight_ += weight;
    arrived_.notify_one();
  }

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> items_;
  std::size_t weight_ = 0;
  bool closed_ = false;
};

}  // namespace alarum
