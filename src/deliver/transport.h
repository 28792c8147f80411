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

/// What carries attempts to their targets: the network and this machine's outputs for the daemon,
/// simulated receivers for the simulator. Every attempt that was started ends once, by a time-out
/// of the transport's own at the latest. All calls belong to the stage's thread, but those that say
/// otherwise.
class Transport {
 public:
  /// An attempt that has ended, by the sequence of its notification.
  struct Ended {
    std::uint64_t sequence = 0;
    Verdict verdict;
  };

  virtual ~Transport() = default;
  /// Starts an attempt at `now` of the wall clock (deliver/attempt.h). Copies what it needs.
  virtual void start(const Target& target, const model::Notification& notification, Time now) = 0;
  /// Waits for news, a wake() or `most`; returns what has ended.
  virtual std::vector<Ended> wait(std::chrono::milliseconds most) = 0;
  /// Any thread: wait() returns.
  virtual void wake() = 0;
  /// These are the targets in force from now on: what is held for others may go.
  virtual void retain(const std::map<std::string, Target>& /*targets*/) {}
  /// Outputs that take nothing now, each with the reason: `standard output: nobody reads it`. Any
  /// thread.
  virtual std::vector<std::string> faults() const { return {}; }
  /// The stage has ended: nobody asks what comes of the attempts that are under way.
  virtual void stop() {}
};

}  // namespace alarum::deliver
