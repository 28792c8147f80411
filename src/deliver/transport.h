#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "deliver/target.h"
#include "model/notification.h"
#include "receivers/verdict.h"

namespace alarum::deliver {

using receivers::Verdict;

/// Carries attempts to their targets: over the network and to this machine's outputs in the daemon
/// (MachineTransport), to simulated receivers in the simulator. Every attempt that was started ends
/// exactly once, at the latest by a time-out of the transport. All calls belong to the stage's
/// thread, except those that say "any thread".
class Transport {
 public:
  /// An attempt that has ended: the sequence of its notification, and the result.
  struct Ended {
    std::uint64_t sequence = 0;
    Verdict verdict;
  };

  virtual ~Transport() = default;
  /// Starts an attempt at `now` of the wall clock (deliver/attempt.h). Copies what it needs. Does
  /// not block; a failure comes from wait().
  virtual void start(const Target& target, const model::Notification& notification, Time now) = 0;
  /// Waits until an attempt ends, wake() is called, or `most` is over. Returns what has ended.
  virtual std::vector<Ended> wait(std::chrono::milliseconds most) = 0;
  /// Makes wait() return. Any thread.
  virtual void wake() = 0;
  /// Sets the targets in force. Connections and buffers of others may be released.
  virtual void retain(const std::map<std::string, Target>& /*targets*/) {}
  /// Outputs that accept nothing now, each with the reason: `standard output: nobody reads it`. Any
  /// thread.
  virtual std::vector<std::string> faults() const { return {}; }
  /// The stage has ended. The results of attempts under way are not wanted any more.
  virtual void stop() {}
};

}  // namespace alarum::deliver
