#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace alarum::app {

/// The parts of the daemon in the order in which they end. First every part is told that a stop is
/// under way, then they are joined one after another, each within its limit. A part that does not
/// end in its time is logged and left running, and the next one has its turn.
class StopOrder {
 public:
  struct Part {
    std::string name;
    std::function<void()> begin_stop;  ///< must not wait; may be empty
    std::function<void()> join;        ///< ends the part; called on a thread of its own
    std::chrono::milliseconds limit;   ///< for `join`
  };

  /// However many parts hang, all limits together are no longer than `whole`, and a second more for
  /// each part that is left then.
  explicit StopOrder(std::vector<Part> parts,
                     std::chrono::milliseconds whole = std::chrono::seconds(80))
      : parts_(std::move(parts)), whole_(whole) {}
  /// Waits for the parts that were left running. A process in which one hangs has to be left by
  /// `_exit` instead.
  ~StopOrder();

  /// The names of the parts that were left running; empty: all have ended. Call it once.
  std::vector<std::string> run();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  bool ends_in_time(const Part& part, Deadline deadline);

  const std::vector<Part> parts_;
  const std::chrono::milliseconds whole_;
  std::vector<std::thread> left_;
};

}  // namespace alarum::app
