#pragma once
#include <memory>
#include <mutex>

namespace alarum {

/// The newest version of something that is replaced as a whole and never changed: the generation in
/// force, the config, a count. Any number of threads share a version for as long as they hold it;
/// whoever makes the next one sets it. nullptr: there is none.
template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value = nullptr) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // what ends with it ends outside of the lock
  }

 private:
  mutable std::mutex mutex_;  // guards the pointer; a channel would make every reader a receiver
  std::shared_ptr<const T> value_;
};

}  // namespace alarum
