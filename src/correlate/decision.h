#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "correlate/keys.h"
#include "model/alert.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What correlation concludes from one record or timer for one instance.
struct Decision {
  enum class Kind : std::uint8_t { opens, closes, annotates };
  Kind kind = Kind::opens;
  const rules::Rule* rule = nullptr;
  Key key;
  Time when;  ///< event time of what led to it
  /// Of opens: event time that completed the condition; may lie before `when`, or move back
  Time starts;
  std::optional<Time> ended;  ///< of opens: its whole life is over already, since then
  model::EndReason reason = model::EndReason::recovered;  ///< of closes, and of opens that are over
  std::uint64_t matches = 1;  ///< of opens: how many it stands for when it fires
  bool timer = false;         ///< no event led to it
};

/// The instance fires, or is reported again, since `when`.
inline Decision opening(const rules::Rule& rule, Key key, Time when, bool timer = false) {
  return {Decision::Kind::opens, &rule, std::move(key), when, when, {}, {}, 1, timer};
}

inline Decision closing(const rules::Rule& rule, Key key, Time when,
                        model::EndReason reason = model::EndReason::recovered, bool timer = false) {
  return {Decision::Kind::closes, &rule, std::move(key), when, when, {}, reason, 1, timer};
}

/// Counted, so that nothing that a rule could not use is lost in silence.
struct Counts {
  std::uint64_t by_missing = 0;         ///< `by` terms without a value
  std::uint64_t instances_dropped = 0;  ///< elements past kMaxInstancesPerEvent
  std::uint64_t already_recovered = 0;  ///< faults that arrived after their own recovery
  /// Recoveries without a firing alert, or older than its fault
  std::uint64_t nothing_to_end = 0;
  std::uint64_t time_replaced = 0;  ///< event times that were missing or corrected
  /// Matches of new keys of rules that have `max_keys` of them
  std::uint64_t keys_refused = 0;
  std::uint64_t not_expected = 0;  ///< matches of keys that the rule's `expect` does not list
  /// Steps of sequences that one key could not remember any longer, although they might have
  /// counted
  std::uint64_t steps_forgotten = 0;
  /// Events that a rule could not take; parked() has the first
  std::uint64_t parked = 0;
};

/// Whether an alert of the rule's `unless` annuls what is about to count for that key. Asked of
/// rules that have one, also of what no event led to.
using Annuls = std::function<bool(const rules::Rule&, const Key&)>;

}  // namespace alarum::correlate
