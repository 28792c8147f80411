#include "correlate/plain_condition.h"

#include <utility>

namespace alarum::correlate {

void PlainCondition::take(model::Hit hit, Key& key, const Arrival& in, Context& context) {
  hit.role == model::Role::until ? end(key, in, context) : match(key, in, context);
}

void PlainCondition::match(Key& key, const Arrival& in, Context& context) const {
  auto& pairing = context.pairing;
  const FaultRecoveryMatcher::Id id{rule_.alert, key.text};
  if (pairing.faults_of(rule_.alert) >= rule_.max_keys && !pairing.has_fault(id))
    return context.refuse(rule_);
  if (!pairing.fault_counts(id, in.report, has_parts(rule_)))
    return void(++context.counts.already_recovered);
  context.out.push_back(opening(rule_, std::move(key), in.report.when));
}

void PlainCondition::end(Key& key, const Arrival& in, Context& context) const {
  const FaultRecoveryMatcher::Id id{rule_.alert, key.text};
  if (has_parts(rule_)) {
    auto ended = context.pairing.recovered(id, in.ending);
    context.counts.nothing_to_end += ended.empty();
    for (auto& part : ended)
      context.out.push_back(closing(rule_, {std::move(part), {}}, in.report.when));
  } else if (context.pairing.recovery_counts(id, in.ending)) {
    context.out.push_back(closing(rule_, std::move(key), in.report.when));
  } else {
    ++context.counts.nothing_to_end;
  }
}

}  // namespace alarum::correlate
