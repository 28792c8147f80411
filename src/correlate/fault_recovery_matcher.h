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

/// If a fault and a recovery have the same time and arrive within this of each other, the order of
/// their arrival decides. Events without a time of their own have that of their request, and many
/// clocks tell whole seconds, so equal times say nothing.
constexpr Duration kSameMoment = std::chrono::seconds(1);

/// Whether a recovery up to `cleared` also removes a match at `when` that arrives after it, at
/// `now` (engine time). A match of the same moment that arrives as it happens is new.
inline bool is_cleared(Time when, Time now, Time cleared) {
  return when < cleared || (when == cleared && now >= when + kSameMoment);
}

/// One report of a fault or of its end, for one instance. It is part of a checkpoint.
struct Report {
  Time when;           ///< event time, corrected where the sender's clock is wrong, in engine time
  Time arrived;        ///< engine time
  std::string sender;  ///< the event's `source`
  /// The event's time by its sender's own clock, or the wall-clock time of the arrival if the event
  /// had no time. It orders the reports of one sender even if the offset of its clock was corrected
  /// in between.
  Time said;
};

/// Decides which recovery belongs to which fault of the same (rule, key), in whatever order they
/// arrive within kLateness (model/event_time.h). Plain values, no clock: all times come from the
/// records.
///
/// The correlator owns it, on the engine's thread. Memory: one Report for each firing instance, and
/// one, with about 160 bytes, for each instance whose recovery arrived within kLateness, however
/// often it is repeated. Every call is O(log n), except where it says otherwise.
class FaultRecoveryMatcher {
 public:
  /// Name of the rule, text of the key (correlate/keys.h).
  using Id = std::pair<std::string, std::string>;

  /// Takes a fault. False if it arrived after its own recovery: it is older by event time (for one
  /// sender also by its own clock) and arrived within kLateness of it. It must not fire then.
  /// `part`: a recovery of a larger instance, whose key this key begins with, counts as well.
  bool fault_counts(const Id& id, const Report& fault, bool part = false);
  /// Takes a recovery. True if it ends the firing fault: it is not older than the newest fault (for
  /// one sender: by either clock), or another sender reports it and it is older by kLateness at
  /// most.
  bool recovery_counts(const Id& id, const Report& recovery);
  /// The same for the instance and all instances whose keys begin with its key. Returns the keys
  /// that it ended, in their order. O(log n) and the number of these that fire.
  std::vector<std::string> recovered(const Id& id, const Report& recovery);

  /// The instance ended by itself, for example by time-out. Later recoveries do not find it.
  void forget_fault(const Id& id);
  bool has_fault(const Id& id) const { return faults_.contains(id); }
  /// How many faults of a rule are firing. O(1).
  std::size_t faults_of(const std::string& rule) const;
  /// Forgets recoveries that arrived more than kLateness before `now`: no late fault can meet them.
  void expire(Time now);

  /// What a checkpoint stores. restore() replaces everything.
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
  std::map<Id, Report> faults_;      // the newest fault, by event time, of each firing instance
  std::map<Id, Report> recoveries_;  // the newest recovery of each instance, within lateness
  std::multimap<Time, Id> expiry_;   // for each recovery: when it may be forgotten
};

}  // namespace alarum::correlate
