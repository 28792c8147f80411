#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace alarum::app {

/// The parts of the daemon in the order in which they end. First every part is told that a stop is under way, then they are joined one after another,
/// each within its limit. A part that does not end in its time is logged and left running, and the next one has its turn.
class StopOrder {
 public:
  struct Part {
    std::string name;
    std::function<void()> begin_stop;  ///< must not wait; may be empty
    std::function<void()> join;        ///< ends the part; called on a thread of its own
    std::chrono::milliseconds limit;   ///< for `join`
  };

  explicit StopOrder(std::vector<Part> parts) : parts_(std::move(parts)) {}
  /// Waits for the parts that were left running. A process in which one hangs has to be left by `_exit` instead.
  ~StopOrder();

  /// The names of the parts that were left running; empty: all have ended. Call it once.
  std::vector<std::string> run();

 private:
  bool ends_in_time(const Part& part);

  const std::vector<Part> parts_;
  std::vector<std::thread> left_;
};

}  // namespace alarum::app
