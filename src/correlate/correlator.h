#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "correlate/keys.h"
#include "correlate/pairing.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::correlate {

/// What correlation concludes from one record for one instance.
struct Finding {
  enum class Kind : std::uint8_t { opens, closes };
  Kind kind = Kind::opens;
  std::uint32_t rule = 0;  ///< index into the generation's rules
  Key key;
  Time when;  ///< event time that completed the condition
};

/// Counted, so that nothing that a rule could not use is lost in silence.
struct Counts {
  std::uint64_t by_missing = 0;         ///< `by` terms without a value
  std::uint64_t instances_dropped = 0;  ///< elements past kMaxInstancesPerEvent
  std::uint64_t already_recovered = 0;  ///< faults that arrived after their own recovery
  std::uint64_t nothing_to_end = 0;     ///< recoveries without a firing alert, or older than its fault
  std::uint64_t time_replaced = 0;      ///< event times missing or too far ahead
};

/// Turns hits into findings. Today every match opens by itself; windows, sequences and absence will stand here too.
/// Lives in the engine: single-threaded, no clock.
class Correlator {
 public:
  /// `flat` is the event with the generation's derived names. Ends come before openings only where a rule's hit says so.
  std::vector<Finding> take(const rules::RuleSet& rules, const model::Event& event, const model::FlatEvent& flat,
                            const model::Hits& hits, Time arrival);

  Pairing& pairing() { return pairing_; }
  const Pairing& pairing() const { return pairing_; }
  const Counts& counts() const { return counts_; }

 private:
  void take_hit(const rules::Rule& rule, model::Hit hit, const model::FlatEvent& flat, const Report& report, std::vector<Finding>& out);

  Pairing pairing_;
  Counts counts_;
};

}  // namespace alarum::correlate
