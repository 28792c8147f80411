#pragma once
#include <memory>
#include <mutex>

namespace alarum {

/// What is in force of something that a reload replaces as a whole. Many threads read, one writes.
template <class T>
class Held {
 public:
  explicit Held(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }

 private:
  mutable std::mutex mutex_;  // guards the pointer; a channel would make every reader a receiver
  std::shared_ptr<const T> value_;
};

}  // namespace alarum
