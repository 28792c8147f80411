#pragma once
#include "correlate/keyed_condition.h"

namespace alarum::correlate {

/// `sequence: [a, b, {absent: c}]`: the rule fires when the steps came in order within the window.
/// An alert outlasts what the key remembers of it, so its end is decided by the
/// FaultRecoveryMatcher. What an event costs stands in sequence_state.h.
class SequenceCondition final : public KeyedCondition {
 public:
  using KeyedCondition::KeyedCondition;
  Look look(const KeyState& key) const override;

 private:
  void match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
             Context& context) override;
  bool end(KeyState& key, const Key& named, const Arrival& in, Context& context) override;
  std::optional<Time> run(KeyState& key, Time now, Context& context) override;
  Time due_of(const KeyState& key) const override;
  bool is_spent(const KeyState& key, Time now) const override;
  void changed(const rules::Rule&, Time, Context&) override {}
  Time cleared(const KeyState& key) const override;
  bool end_forgotten_parts(const Key& key, const Arrival& in, Context& context) override;

  void judge(KeyState& key, Time now, bool timer, Context& context) const;
};

}  // namespace alarum::correlate
