#pragma once
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/event_time.h"
#include "model/record.h"

namespace alarum::correlate {

using model::kLateness;

/// A fault and a recovery of equal time that arrive within this are taken in the order of arrival.
constexpr Duration kSameMoment = std::chrono::seconds(1);

/// Whether what a recovery up to `cleared` takes out includes a match at `when` that arrives behind
/// it, at `now`. One of the very moment that arrives as it happens is new: events without a time of
/// their own have that of their request.
inline bool is_cleared(Time when, Time now, Time cleared) {
  return when < cleared || (when == cleared && now >= when + kSameMoment);
}

/// One report of a fault or of its end, for one instance.
struct Report {
  Time when;           ///< event time, corrected where the sender's clock is wrong, in engine time
  Time arrived;        ///< engine time
  std::string sender;  ///< who said so: the event's `source`
  /// The event time as the sender's own clock has it; the arrival by the wall clock where it said
  /// none. Orders what one sender says, whatever became of its offset
  Time said;
};

/// Decides which recovery belongs to which fault of the same (rule, key), whatever order they
/// arrive in. Plain values, no clock.
class FaultRecoveryMatcher {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text

  /// False: the fault arrived after its own recovery, by event time (of one sender: also by its own
  /// clock) and within `kLateness` of it; it does not fire. `part`: what ended the whole (a key
  /// that this one begins with) ended it as well. O(log n) for each of these.
  bool fault_counts(const Id& id, const Report& fault, bool part = false);
  /// True when the recovery is not before the newest fault (of one sender: or not by its own
  /// clock), or up to `kLateness` before it when another sender reports it.
  bool recovery_counts(const Id& id, const Report& recovery);
  /// Likewise for the instance and all its parts: the keys of those that it ends, in their order.
  /// O(log n), and for each part that fires.
  std::vector<std::string> recovered(const Id& id, const Report& recovery);

  /// The instance ended by itself (time-out, rule change): later recoveries find nothing to end.
  void forget_fault(const Id& id);
  bool has_fault(const Id& id) const { return faults_.contains(id); }
  /// How many faults of the rule are open.
  std::size_t faults_of(const std::string& rule) const;
  /// Recoveries that arrived more than `kLateness` before `now` can meet no late fault any more.
  void expire(Time now);

  /// A checkpoint's part, and back.
  struct State {
    std::map<Id, Report> faults;
    std::map<Id, Report> recoveries;
  };
  State save() const { return {faults_, recoveries_}; }
  void restore(State state);

 private:
  bool is_over(const Id& id, const Report& fault) const;
  void note(const Id& id, const Report& recovery);

  std::unordered_map<std::string, std::size_t> open_;  // faults_ by rule
  std::map<Id, Report> faults_;      // newest fault by event time of each firing instance
  std::map<Id, Report> recoveries_;  // newest recovery of each instance within lateness
  std::multimap<Time, Id> expiry_;   // of recoveries_, by the time at which they are of no more use
};

}  // namespace alarum::correlate
