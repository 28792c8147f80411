#pragma once
#include "correlate/condition.h"

namespace alarum::correlate {

/// A rule without a condition: each match fires its key, an `until` ends it. What it remembers are
/// open faults and recent recoveries, which the FaultRecoveryMatcher has. O(log n) an event, and
/// for each part that an end ends.
class PlainCondition final : public Condition {
 public:
  explicit PlainCondition(const rules::Rule& rule) : rule_(rule) {}
  void take(model::Hit hit, Key& key, const Arrival& in, Context& context) override;

 private:
  void match(Key& key, const Arrival& in, Context& context) const;
  void end(Key& key, const Arrival& in, Context& context) const;

  const rules::Rule& rule_;
};

}  // namespace alarum::correlate
