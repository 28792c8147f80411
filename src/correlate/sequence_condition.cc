#include "correlate/sequence_condition.h"

#include <utility>

namespace alarum::correlate {
namespace {

const SequenceState& sequence_of(const KeyState& key) {
  return std::get<SequenceState>(key.state);
}
SequenceState& sequence_of(KeyState& key) {
  return std::get<SequenceState>(key.state);
}

}  // namespace

void SequenceCondition::match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
                              Context& context) {
  const bool breaks = rule().steps[hit.step].absent;
  const auto when = breaks ? in.ending.when : in.report.when;
  const auto added = sequence_of(key).add(rule(), when, hit.step, in.id, in.now());
  if (added == SequenceState::Added::seen_before) return;
  if (added == SequenceState::Added::in_place_of_oldest) ++context.counts.steps_forgotten;
  // The event that was required to be absent has arrived: the alert is over.
  if (breaks && context.pairing.recovery_counts({name(), named.text}, in.ending))
    context.out.push_back(closing(rule(), named, in.report.when));
  judge(key, in.now(), false, context);
}

// A completion that arrived after its own recovery does not fire.
void SequenceCondition::judge(KeyState& key, Time now, bool timer, Context& context) const {
  for (const auto completed : sequence_of(key).judge(rule(), now)) {
    const Report fault{completed, now, "", completed};
    if (context.pairing.fault_counts({name(), key.key}, fault, has_parts(rule())))
      context.out.push_back(opening(rule(), {key.key, labels_of(key.key)}, completed, timer));
    else
      ++context.counts.already_recovered;
  }
}

bool SequenceCondition::end(KeyState& key, const Key& named, const Arrival& in, Context& context) {
  sequence_of(key).recover(in.ending.when);
  if (!context.pairing.recovery_counts({name(), named.text}, in.ending)) return false;
  context.out.push_back(closing(rule(), named, in.report.when));
  return true;
}

// Of parts whose steps are forgotten the alert may still fire.
bool SequenceCondition::end_forgotten_parts(const Key& key, const Arrival& in, Context& context) {
  auto ended = context.pairing.recovered({name(), key.text}, in.ending);
  for (auto& part : ended)
    context.out.push_back(closing(rule(), {std::move(part), {}}, in.report.when));
  return !ended.empty();
}

std::optional<Time> SequenceCondition::run(KeyState& key, Time now, Context& context) {
  judge(key, now, true, context);
  return is_spent(key, now) ? std::nullopt : std::optional(due_of(key));
}

Time SequenceCondition::due_of(const KeyState& key) const {
  const auto& sequence = sequence_of(key);
  return sequence.due(rule()).value_or(sequence.idle(rule()));
}

bool SequenceCondition::is_spent(const KeyState& key, Time now) const {
  const auto& sequence = sequence_of(key);
  return !sequence.due(rule()) && sequence.idle(rule()) <= now;
}

Time SequenceCondition::cleared(const KeyState& key) const {
  return sequence_of(key).cleared();
}

Look SequenceCondition::look(const KeyState& key) const {
  const auto& sequence = sequence_of(key);
  Look look;
  for (const auto& entry : sequence.entries())
    look.matches.push_back({entry.when, entry.id, entry.step});
  look.due = sequence.due(rule());
  return look;
}

}  // namespace alarum::correlate
