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

/// A bounded queue from any number of threads to one consumer thread. It is the daemon's way to
/// hand a value from thread to thread.
///
/// - Weight: each item is pushed with a weight, such as its number of events or bytes. The bound is
///   on the sum, so one bound holds for items of different sizes.
/// - Full: no producer waits for space. try_push() returns false at once, and the producer rejects
///   its own input, drops and counts the item, or tries again later. So a full channel is visible
///   as the producer's state and not as a blocked thread.
/// - Closing: items that were pushed before close() are still delivered. Afterwards take_all()
///   returns nullopt, which tells the consumer to end. Pushes after close() return false.
///
/// The owner of the consumer thread owns the channel, which must outlive every producer. The mutex
/// guards the members below it and is held only while items are moved.
template <class T>
class Channel {
 public:
  /// `bound`: the largest sum of weights, in the unit that the producers use.
  explicit Channel(std::size_t bound) : bound_(bound) {}

  /// Appends the item, or returns false if the channel is full or closed; the item is destroyed
  /// then. An item that is heavier than the bound is accepted if the items in the channel weigh
  /// nothing.
  bool try_push(T item, std::size_t weight = 1) {
    const std::lock_guard lock(mutex_);
    if (closed_ || is_over(weight)) return false;
    append(std::move(item), weight);
    return true;
  }

  /// Appends the item with weight 0, however full the channel is. Returns false only after close().
  /// For the few small messages that must not be lost and that something else bounds, such as a
  /// wake-up or a request whose sender waits for the answer.
  bool push_over_bound(T item) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    append(std::move(item), 0);
    return true;
  }

  /// For the consumer thread only. Returns all items in the order in which they were pushed. Waits
  /// for the first one for at most `timeout`, and returns an empty vector if none came. With a
  /// timeout of zero it does not wait. Returns nullopt if the channel is closed and empty.
  std::optional<std::vector<T>> take_all(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    // A consumer that polls passes zero. A wait of no time would still cost a system call.
    if (timeout > std::chrono::nanoseconds())
      arrived_.wait_for(lock, timeout, [&] { return closed_ || !items_.empty(); });
    if (items_.empty() && closed_) return std::nullopt;
    std::vector<T> taken(std::make_move_iterator(items_.begin()),
                         std::make_move_iterator(items_.end()));
    items_.clear();
    weight_ = 0;
    return taken;
  }

  /// Any thread, any number of times. Wakes the consumer if it waits.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
  }

  /// The sum of the weights of the items that wait. Any thread; for metrics and for early
  /// rejection.
  std::size_t weight() const {
    const std::lock_guard lock(mutex_);
    return weight_;
  }

  /// Whether try_push() of an item of this weight would fail because of the bound. It says nothing
  /// of close(), and another producer may change the answer before the next call.
  bool full(std::size_t weight = 1) const {
    const std::lock_guard lock(mutex_);
    return is_over(weight);
  }

  /// Whether take_all() would return without waiting: there is an item, or the channel was closed.
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
