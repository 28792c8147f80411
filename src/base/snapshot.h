#pragma once
#include <memory>
#include <mutex>

namespace alarum {

/// The newest version of a value that is replaced as a whole and never changed: the generation in
/// force, the config, the TLS certificates. Any number of threads read it with get(), and a version
/// lives as long as somebody uses it. nullptr means that there is none.
///
/// Any thread may call get() and set(). Both hold a lock for the time of copying one pointer. If
/// several threads call set(), the last one wins.
template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value = nullptr) : value_(std::move(value)) {}

  /// The current version. Call it once for each unit of work and keep the pointer, so that the work
  /// sees one version from its beginning to its end.
  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    /// The old version is destroyed, if nobody else uses it, when `value` goes, after the lock is
    /// released.
    value_.swap(value);
  }

 private:
  mutable std::mutex mutex_;  // guards the pointer; with a channel each reader would be a receiver
  std::shared_ptr<const T> value_;
};

}  // namespace alarum
