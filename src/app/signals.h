#pragma once
#include <atomic>
#include <functional>
#include <thread>

namespace alarum::app {

/// SIGHUP, SIGTERM and SIGINT as calls on a thread of their own. Make one before any other thread
/// starts: they inherit the mask. A second SIGTERM or SIGINT ends the process at once: what was
/// acknowledged is on disk.
class Signals {
 public:
  Signals(std::function<void()> reload, std::function<void()> stop);
  ~Signals();

 private:
  void run();

  const std::function<void()> reload_;
  const std::function<void()> stop_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace alarum::app
