#pragma once
#include <cstdint>
#include <vector>

#include "correlate/decision.h"
#include "correlate/fault_recovery_matcher.h"
#include "correlate/key_limits.h"
#include "model/flat_event.h"
#include "model/record.h"

namespace alarum::correlate {

/// An event as every rule that it matches needs it.
struct Arrival {
  const model::FlatEvent& flat;
  Report report;             ///< where it opens something
  Report ending;             ///< where it ends something
  std::uint64_t id = 0;      ///< hash of (source, id)
  std::uint32_t sender = 0;  ///< hash of the source
  Time now() const { return report.arrived; }
};

/// What the conditions of all rules share while one record or timer is worked on. `out` takes what
/// they conclude.
struct Context {
  FaultRecoveryMatcher& pairing;
  Counts& counts;
  KeyLimits& limits;
  const Annuls& annuls;
  std::vector<Decision>& out;

  /// The rule has `max_keys` keys and takes no other.
  void refuse(const rules::Rule& rule) {
    ++counts.keys_refused;
    limits.add(rule);
  }
  bool is_annulled(const rules::Rule& rule, const Key& key) const {
    return !rule.unless.empty() && annuls && annuls(rule, key);
  }
};

/// Keys of several terms: an end that says less of the key than `by` has (`server`, no `npu`) ends
/// all its parts. What ends an alert says nothing of others that share its labels.
inline bool has_parts(const rules::Rule& rule) {
  return rule.by.size() > 1 && !rule.matches_alerts;
}

/// When a rule fires and when it ends: one object for each rule in force, which works on the keys
/// that events name. No clock, no I/O: events and times come in, decisions go out.
///
///     Condition
///       PlainCondition      each match fires; nothing is remembered beside open faults
///       KeyedCondition      has a KeyTable and timers
///         CountCondition, DistinctCondition, SequenceCondition, AbsentCondition
///
/// Owned by Conditions; lives on the engine's thread.
class Condition {
 public:
  virtual ~Condition() = default;
  /// An event of the rule names that key: it is a match, a step or an end. A key's labels may be
  /// moved from.
  virtual void take(model::Hit hit, Key& key, const Arrival& in, Context& context) = 0;

 protected:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
};

}  // namespace alarum::correlate
