#include "correlate/window_condition.h"

#include "base/hash.h"

namespace alarum::correlate {
namespace {

// What of a window's stretches fires, is over, or has ended. `when`: of what led to it.
void conclude(const rules::Rule& rule, const Key& key, const Outcome& outcome, Time when,
              std::uint64_t matches, bool timer, std::vector<Decision>& out) {
  if (outcome.drained)
    out.push_back(closing(rule, key, *outcome.drained, model::EndReason::drained, timer));
  const auto opens = [&](Time starts) -> Decision& {
    auto& one = out.emplace_back(opening(rule, key, when, timer));
    one.starts = starts;
    one.matches = matches;
    return one;
  };
  for (const auto& over : outcome.over) {
    auto& one = opens(over.start);
    one.ended = over.end;
    one.reason = model::EndReason::drained;
  }
  if (outcome.firing_since) opens(*outcome.firing_since);
}

}  // namespace

void CountCondition::match(KeyState& key, model::Hit, const Key& named, const Arrival& in,
                           Context& context) {
  add(key, in.id, named, in, context);
}

void DistinctCondition::match(KeyState& key, model::Hit, const Key& named, const Arrival& in,
                              Context& context) {
  bool any = false;
  for (const auto& leaf : in.flat.at(rule().distinct)) {
    if (leaf.kind == model::LeafKind::null) continue;
    any = true;
    add(key, fnv1a(leaf.text), named, in, context);
  }
  if (!any) ++context.counts.by_missing;
}

void WindowCondition::add(KeyState& key, std::uint64_t id, const Key& named, const Arrival& in,
                          Context& context) {
  auto& window = *window_of(key.state);
  const auto outcome = window.take(rule(), {in.report.when, in.now(), in.sender, id});
  if (outcome.counted)
    conclude(rule(), named, outcome, in.report.when, window.size(), false, context.out);
}

bool WindowCondition::end(KeyState& key, const Key& named, const Arrival& in, Context& context) {
  auto& window = *window_of(key.state);
  const auto outcome = window.end(rule(), {in.ending.when, in.now(), in.sender, in.id});
  if (!outcome.ended) return false;
  context.out.push_back(closing(rule(), named, in.report.when));
  // What is true again fires by no event: its texts are not those of the recovery.
  conclude(rule(), named, outcome, in.report.when, window.size(), true, context.out);
  return true;
}

std::optional<Time> WindowCondition::run(KeyState& key, Time now, Context& context) {
  if (const auto ended = window_of(key.state)->drain(now)) {
    context.out.push_back(closing(rule(), {key.key, {}}, *ended, model::EndReason::drained, true));
  } else if (is_spent(key, now)) {
    return std::nullopt;
  }
  return due_of(key);
}

Time WindowCondition::due_of(const KeyState& key) const {
  const auto& window = *window_of(key.state);
  return window.due().value_or(window.idle(WindowTerms::of(rule())));
}

bool WindowCondition::is_spent(const KeyState& key, Time now) const {
  const auto& window = *window_of(key.state);
  return !window.due() && window.idle(WindowTerms::of(rule())) <= now;
}

// What is due later than it was is found out when its time comes (run_next). What is due earlier
// are only keys that nothing happens to any more: they are forgotten when they would have been.
void WindowCondition::changed(const rules::Rule& before, Time now, Context&) {
  const auto terms = WindowTerms::of(rule());
  if (WindowTerms::of(before) == terms) return;
  const auto firing = keys().firing();
  for (const auto* key : firing) {
    window_of(keys().modify(*key).state)->retune(terms, now);
    schedule(*key);
  }
}

void WindowCondition::alert_ended(KeyState& key) {
  auto& window = *window_of(key.state);
  if (!window.due()) return;
  window.forget();
  schedule(key);
}

Time WindowCondition::cleared(const KeyState& key) const {
  return window_of(key.state)->cleared();
}

bool WindowCondition::holds(const KeyState& key, Time now) const {
  const auto until = window_of(key.state)->true_until(WindowTerms::of(rule()));
  return until && *until > now;
}

Look WindowCondition::look(const KeyState& key) const {
  const auto& window = *window_of(key.state);
  Look look;
  for (const auto& entry : window.entries()) look.matches.push_back({entry.when, entry.id, 0});
  look.firing_until = window.due();
  return look;
}

}  // namespace alarum::correlate
