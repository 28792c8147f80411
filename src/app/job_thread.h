#pragma once
#include <atomic>
#include <functional>
#include <thread>

#include "base/channel.h"

namespace alarum::app {

/// A thread of low priority for work that takes long and is asked for now and then. It runs one job
/// after another; how many may wait is its owner's decision.
class JobThread {
 public:
  /// `name`: of the thread, at most 15 characters.
  explicit JobThread(const char* name);
  ~JobThread() { stop(); }

  /// Any thread; does not wait. False after stop() began; then `job` is destroyed.
  bool start(std::function<void()> job) { return jobs_.push_over_bound(std::move(job)); }
  /// Whether the job that runs must end soon. Any thread.
  bool stopping() const { return stopping_; }
  /// Takes no job any more, and waits for those that it has. Any thread but its own.
  void stop();

 private:
  Channel<std::function<void()>> jobs_{1};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace alarum::app
