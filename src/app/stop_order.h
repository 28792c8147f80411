#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace alarum::app {

/// Stops the parts of the daemon in their order. First `begin_stop` of every part is called, then
/// they are joined one after another, each within its limit. A part that does not end in its time
/// is logged and left running, and the next one follows. Used once, on the main thread.
class StopOrder {
 public:
  struct Part {
    std::string name;
    std::function<void()> begin_stop;  ///< must not wait; may be empty
    std::function<void()> join;        ///< ends the part; called on a thread of its own
    std::chrono::milliseconds limit;   ///< how long `join` may take
  };

  /// `whole`: how long all parts together may take; after that each remaining part has one second.
  explicit StopOrder(std::vector<Part> parts,
                     std::chrono::milliseconds whole = std::chrono::seconds(80))
      : parts_(std::move(parts)), whole_(whole) {}
  /// Waits for the parts that were left running. If one hangs, end the process by `_exit` before
  /// this runs.
  ~StopOrder();

  /// Stops the parts. Returns the names of those that were left running; empty if all have ended.
  std::vector<std::string> run();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  // Runs part.join on a thread and waits for it.
  bool ends_in_time(const Part& part, Deadline deadline);

  const std::vector<Part> parts_;
  const std::chrono::milliseconds whole_;
  std::vector<std::thread> left_;  // of the parts that were left running
};

}  // namespace alarum::app
