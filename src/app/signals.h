#pragma once
#include <atomic>
#include <functional>
#include <thread>

namespace alarum::app {

/// Turns SIGHUP, SIGTERM and SIGINT into calls on the thread `signals`. It must be made before any
/// other thread starts, because threads inherit the mask that blocks these signals. A SIGTERM that
/// comes again changes nothing. A SIGINT that comes after one of the two (somebody presses Ctrl-C
/// again) ends the process at once with exit code 1; that loses nothing, because what was
/// acknowledged is on disk. SIGPIPE is ignored.
class Signals {
 public:
  /// `reload`: called for each SIGHUP. `stop`: called for the first SIGTERM or SIGINT. Neither may
  /// block, or further signals wait.
  Signals(std::function<void()> reload, std::function<void()> stop);
  ~Signals();

 private:
  void run();

  const std::function<void()> reload_;
  const std::function<void()> stop_;
  std::atomic<bool> ends_ = false;  // the thread looks every 100 ms
  std::thread thread_;
};

}  // namespace alarum::app
