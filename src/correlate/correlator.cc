#include "correlate/correlator.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"

namespace alarum::correlate {
namespace {

// Bytes of a key's text: longer ones are parked, not remembered
constexpr std::size_t kMaxKey = 4096;
constexpr std::size_t kMostParked = 100;    // examples that are kept
constexpr std::uint32_t kFewestSilent = 3;  // members: two that fall silent are two alerts

// What of a window's stretches fires, is over, or has ended. `opens`: but for their times.
void tell(const Outcome& outcome, Decision opens, std::vector<Decision>& out) {
  if (outcome.drained) {
    out.push_back({Decision::Kind::closes,
                   opens.rule,
                   opens.key,
                   *outcome.drained,
                   *outcome.drained,
                   {},
                   model::EndReason::drained,
                   1,
                   opens.timer});
  }
  for (const auto& over : outcome.over) {
    out.push_back({opens.kind, opens.rule, opens.key, opens.when, over.start, over.end,
                   model::EndReason::drained, opens.matches, opens.timer});
  }
  if (!outcome.firing_since) return;
  opens.starts = *outcome.firing_since;
  out.push_back(std::move(opens));
}

// An end that says less of the key than `by` has (`server`, no `npu`) is one of all parts. What
// ends an alert says nothing of others that share its labels.
bool has_parts(const rules::Rule& rule) {
  return rule.by.size() > 1 && !rule.matches_alerts;
}

// What counts for the rule, and may be annulled: not what ends something, not what is heard.
bool adds(const rules::Rule& rule, model::Hit hit) {
  if (hit.role == model::Role::step) return !rule.steps[hit.step].absent;
  return hit.role == model::Role::match && rule.condition != rules::Condition::absent;
}

// A key that an event left without anything: a distinct value was missing, or it is an old
// recovery.
bool nothing_left(const KeyState& slot, Time now) {
  const auto& rule = slot.memory->rule();
  if (const auto* window = slot.window())
    return !window->due() && window->idle(WindowTerms::of(rule)) <= now;
  const auto* chain = std::get_if<SequenceState>(&slot.state);
  return chain && !chain->due(rule) && chain->idle(rule) <= now;
}

}  // namespace

/// What every rule needs of the event.
struct Correlator::Arrival {
  const model::FlatEvent& flat;
  Report report;
  Report ending;         // where it ends something
  std::uint64_t id = 0;  // of the event: (source, id)
  std::uint32_t sender = 0;
  const Annuls& annuls;
  Time now() const { return report.arrived; }
};

std::vector<Decision> Correlator::take(const rules::RuleSet& rules, const model::Event& event,
                                       const model::FlatEvent& flat, const model::Hits& hits,
                                       Times times, model::Stamp arrival, const Annuls& annuls,
                                       bool first) {
  pairing_.expire(arrival.at);
  if (first && (!event.time() || *event.time() + arrival.ahead != times.opens))
    ++counts_.time_replaced;
  const auto sender = fnv1a(event.source());
  const Report report{times.opens, arrival.at, std::string(event.source()),
                      event.time().value_or(times.opens - arrival.ahead)};
  auto ending = report;
  ending.when = times.ends;
  const Arrival in{
      flat, report, ending, fnv1a(event.id(), sender), static_cast<std::uint32_t>(sender), annuls};
  std::vector<Decision> findings;
  for (const auto hit : hits.hits) {
    const auto& rule = rules.rules[hit.rule];
    const auto before = findings.size();
    try {
      take_hit(rule, hit, in, findings);
    } catch (const std::exception& fault) {
      findings.resize(before);
      ++counts_.parked;
      if (parked_.size() < kMostParked)
        parked_.push_back({std::string(event.id()), rule.alert, fault.what()});
    }
  }
  return findings;
}

void Correlator::take_hit(const rules::Rule& rule, model::Hit hit, const Arrival& in,
                          std::vector<Decision>& out) {
  std::size_t missing = 0;
  std::size_t dropped = 0;
  auto keys = keys_of(rule, in.flat, missing, dropped);
  const bool of_parts =
      hit.role == model::Role::until && has_parts(rule) && !keys.front().text.empty();
  if (!of_parts) counts_.by_missing += missing;
  counts_.instances_dropped += dropped;
  for (auto& key : keys) {
    if (key.text.size() > kMaxKey)
      throw std::length_error("its by values are longer than " + std::to_string(kMaxKey) +
                              " bytes");
    take_key(rule, hit, key, in, out);
  }
}

void Correlator::take_key(const rules::Rule& rule, model::Hit hit, Key& key, const Arrival& in,
                          std::vector<Decision>& out) {
  if (hit.role == model::Role::annotate) {
    out.push_back({Decision::Kind::annotates,
                   &rule,
                   std::move(key),
                   in.report.when,
                   in.report.when,
                   {},
                   {},
                   1,
                   false});
    return;
  }
  const bool ends = hit.role == model::Role::until;
  if (ends && rule.across_recoveries) return;
  if (!rule.unless.empty() && adds(rule, hit) && in.annuls && in.annuls(rule, key)) return;
  if (rule.condition == rules::Condition::each) return take_plain(rule, !ends, key, in, out);
  auto* memory = memory_of(rule);
  if (!memory) return;
  if (rule.expect && !memory->find(key.text)) return void(++counts_.not_expected);
  if (!ends && has_parts(rule) && is_over(*memory, key, in))
    return void(++counts_.already_recovered);
  const bool ended = ends && has_parts(rule) && end_parts(*memory, key, in, out);
  // Nobody waits for what was never heard.
  if (ends && rule.condition == rules::Condition::absent && !memory->find(key.text))
    return void(counts_.nothing_to_end += !ended);
  auto* slot = memory->find_or_add(key.text);
  if (!slot) return refuse(rule);
  will_change(*slot);
  if (ends) {
    counts_.nothing_to_end += !take_end(*slot, key, in, out) && !ended;
  } else if (rule.condition == rules::Condition::sequence) {
    take_step(*slot, hit.step, key, in, out);
  } else if (rule.condition == rules::Condition::absent) {
    take_absent(*slot, key, in, out);
  } else {
    take_window(*slot, key, in, out);
  }
  settle(*slot, in.now());
}

void Correlator::settle(KeyState& slot, Time now) {
  nothing_left(slot, now) ? slot.memory->erase(slot) : schedule(slot);
}

// Windows and sequences remember up to when they were ended, also of a whole that never had a match
// of its own.
bool Correlator::is_over(RuleState& memory, const Key& key, const Arrival& in) const {
  return std::ranges::any_of(wholes_of(key.text), [&](std::string_view whole) {
    const auto* slot = memory.find(std::string(whole));
    if (!slot) return false;
    const auto* chain = std::get_if<SequenceState>(&slot->state);
    const auto cleared = slot->window() ? slot->window()->cleared()
                         : chain        ? chain->cleared()
                                        : Time::min();
    return is_cleared(in.report.when, in.now(), cleared);
  });
}

// True: something of them was ended. Of sequences whose steps are forgotten the alert may still
// fire.
bool Correlator::end_parts(RuleState& memory, const Key& key, const Arrival& in,
                           std::vector<Decision>& out) {
  bool ended = false;
  for (auto* part : memory.parts(key.text)) {
    will_change(*part);
    ended |= take_end(*part, {part->key, labels_of(part->key)}, in, out);
    settle(*part, in.now());
  }
  if (memory.rule().condition != rules::Condition::sequence) return ended;
  for (auto& part : pairing_.recovered({memory.name(), key.text}, in.ending)) {
    out.push_back({Decision::Kind::closes,
                   &memory.rule(),
                   {std::move(part), {}},
                   in.report.when,
                   in.report.when,
                   {},
                   model::EndReason::recovered,
                   1,
                   false});
    ended = true;
  }
  return ended;
}

void Correlator::take_plain(const rules::Rule& rule, bool opens, Key& key, const Arrival& in,
                            std::vector<Decision>& out) {
  const FaultRecoveryMatcher::Id id{rule.alert, key.text};
  if (opens && pairing_.faults_of(rule.alert) >= rule.max_keys && !pairing_.has_fault(id))
    return refuse(rule);
  const auto find = [&](Decision::Kind kind, Key what) {
    out.push_back({kind,
                   &rule,
                   std::move(what),
                   in.report.when,
                   in.report.when,
                   {},
                   model::EndReason::recovered,
                   1,
                   false});
  };
  if (opens) {
    if (!pairing_.fault_counts(id, in.report, has_parts(rule)))
      return void(++counts_.already_recovered);
    find(Decision::Kind::opens, std::move(key));
  } else if (has_parts(rule)) {
    auto ended = pairing_.recovered(id, in.ending);
    counts_.nothing_to_end += ended.empty();
    for (auto& part : ended) find(Decision::Kind::closes, {std::move(part), {}});
  } else if (pairing_.recovery_counts(id, in.ending)) {
    find(Decision::Kind::closes, std::move(key));
  } else {
    ++counts_.nothing_to_end;
  }
}

void Correlator::take_window(KeyState& slot, Key& key, const Arrival& in,
                             std::vector<Decision>& out) {
  const auto& rule = slot.memory->rule();
  auto& window = *slot.window();
  std::vector<std::uint64_t> ids{in.id};
  if (rule.condition == rules::Condition::distinct) {
    ids.clear();
    for (const auto& leaf : in.flat.at(rule.distinct)) {
      if (leaf.kind != model::LeafKind::null) ids.push_back(fnv1a(leaf.text));
    }
    if (ids.empty()) ++counts_.by_missing;
  }
  for (const auto id : ids) {
    const auto outcome = window.take(rule, {in.report.when, in.now(), in.sender, id});
    if (outcome.counted)
      tell(outcome,
           {Decision::Kind::opens, &rule, key, in.report.when, {}, {}, {}, window.size(), false},
           out);
  }
}

void Correlator::take_step(KeyState& slot, std::uint8_t step, Key& key, const Arrival& in,
                           std::vector<Decision>& out) {
  const auto& rule = slot.memory->rule();
  auto& chain = std::get<SequenceState>(slot.state);
  const bool breaks = rule.steps[step].absent;
  if (!chain.add(rule, breaks ? in.ending.when : in.report.when, step, in.id, in.now())) return;
  // What was absent is there: the alert it was missed for is over.
  if (breaks && pairing_.recovery_counts({rule.alert, key.text}, in.ending)) {
    out.push_back({Decision::Kind::closes,
                   &rule,
                   key,
                   in.report.when,
                   in.report.when,
                   {},
                   model::EndReason::recovered,
                   1,
                   false});
  }
  judge(slot, in.now(), false, out);
}

void Correlator::judge(KeyState& slot, Time now, bool timer, std::vector<Decision>& out) {
  const auto& rule = slot.memory->rule();
  for (const auto completed : std::get<SequenceState>(slot.state).judge(rule, now)) {
    if (!pairing_.fault_counts({rule.alert, slot.key}, {completed, now, "", completed},
                               has_parts(rule))) {
      ++counts_.already_recovered;
      continue;
    }
    out.push_back({Decision::Kind::opens,
                   &rule,
                   {slot.key, labels_of(slot.key)},
                   completed,
                   completed,
                   {},
                   {},
                   1,
                   timer});
  }
}

// True: it ended what fires.
bool Correlator::take_end(KeyState& slot, const Key& key, const Arrival& in,
                          std::vector<Decision>& out) {
  const auto& rule = slot.memory->rule();
  bool ended = false;
  std::optional<Outcome> outcome;
  if (auto* window = slot.window()) {
    outcome = window->end(rule, {in.ending.when, in.now(), in.sender, in.id});
    ended = outcome->ended;
  } else if (auto* chain = std::get_if<SequenceState>(&slot.state)) {
    chain->recover(in.ending.when);
    ended = pairing_.recovery_counts({rule.alert, key.text}, in.ending);
  } else {
    ended = std::get<Absence>(slot.state).firing;
    heard(slot, in.now());
  }
  if (!ended) return false;
  out.push_back({Decision::Kind::closes,
                 &rule,
                 key,
                 in.report.when,
                 in.report.when,
                 {},
                 model::EndReason::recovered,
                 1,
                 false});
  // Its texts are not those of the recovery.
  if (outcome)
    tell(*outcome,
         {Decision::Kind::opens,
          &rule,
          key,
          in.report.when,
          {},
          {},
          {},
          slot.window()->size(),
          true},
         out);
  return true;
}

void Correlator::take_absent(KeyState& slot, Key& key, const Arrival& in,
                             std::vector<Decision>& out) {
  if (std::get<Absence>(slot.state).firing) {
    out.push_back({Decision::Kind::closes,
                   &slot.memory->rule(),
                   std::move(key),
                   in.report.when,
                   in.report.when,
                   {},
                   model::EndReason::recovered,
                   1,
                   false});
  }
  heard(slot, in.now());
  if (slot.memory->silent && !quiet_together(*slot.memory, in.now()))
    wake(*slot.memory, in.now(), out);
}

// One that fires, or is annulled, is not among those that are waited for.
void Correlator::heard(KeyState& slot, Time now) {
  auto& absence = std::get<Absence>(slot.state);
  if (absence.waits() && absence.last != Time::min()) slot.memory->hearing.remove(absence.last);
  absence = {now};
  slot.memory->hearing.add(now);
}

// More than the share have said nothing for half the span: their source is silent, not each of
// them.
bool Correlator::quiet_together(RuleState& memory, Time now) const {
  const auto& rule = memory.rule();
  if (rule.silent_share >= 1) return false;
  const auto [quiet, all] = memory.hearing.quiet(now - rule.absent / 2);
  return quiet >= kFewestSilent && quiet > rule.silent_share * all;
}

void Correlator::wake(RuleState& memory, Time now, std::vector<Decision>& out) {
  memory.silent = false;
  memory.hearing.anew(now - memory.rule().absent / 2, now);
  out.push_back({Decision::Kind::closes,
                 &rules::source_silent(),
                 {"rule=" + memory.name(), {{"rule", memory.name()}}},
                 now,
                 now,
                 {},
                 model::EndReason::recovered,
                 1,
                 true});
}

Time Correlator::due_of(const KeyState& slot) const {
  const auto& rule = slot.memory->rule();
  if (const auto* window = slot.window())
    return window->due().value_or(window->idle(WindowTerms::of(rule)));
  if (const auto* chain = std::get_if<SequenceState>(&slot.state))
    return chain->due(rule).value_or(chain->idle(rule));
  const auto& absence = std::get<Absence>(slot.state);
  return !absence.waits() ? Time::max() : slot.memory->hearing.counted(absence.last) + rule.absent;
}

void Correlator::schedule(KeyState& slot) {
  if (const auto* window = slot.window()) slot.memory->set_live(slot, window->due().has_value());
  arm(slot, due_of(slot));
}

void Correlator::arm(KeyState& slot, Time due) {
  slot.memory->queue.arm(slot, due);
  note_front(*slot.memory);
}

void Correlator::note_front(RuleState& memory) {
  Time due;
  if (!memory.queue.next(due)) due = Time::max();
  if (due == memory.front) return;
  if (memory.front != Time::max()) fronts_.erase(&memory);
  memory.front = due;
  if (due != Time::max()) fronts_.insert(&memory);
}

std::optional<Correlator::Due> Correlator::next() const {
  if (fronts_.empty()) return std::nullopt;
  auto& memory = **fronts_.begin();
  Time due;
  const auto* slot = memory.queue.next(due);
  return Due{due, memory.name(), slot->key};
}

std::vector<Decision> Correlator::run_next(const Annuls& annuls) {
  std::vector<Decision> out;
  auto& memory = **fronts_.begin();
  const auto now = memory.front;
  auto* slot = memory.pop();
  note_front(memory);
  if (!slot) return out;
  will_change(*slot);
  // Where the rule's span became longer, or many are waited for anew, nobody looked at each.
  if (const auto due = due_of(*slot); due > now) return arm(*slot, due), out;
  if (slot->window()) {
    run_window(*slot, now, out);
  } else if (std::holds_alternative<SequenceState>(slot->state)) {
    run_chain(*slot, now, out);
  } else {
    run_absence(*slot, now, annuls, out);
  }
  return out;
}

void Correlator::run_window(KeyState& slot, Time now, std::vector<Decision>& out) {
  auto& window = *slot.window();
  const auto& rule = slot.memory->rule();
  if (const auto end = window.drain(now)) {
    out.push_back({Decision::Kind::closes,
                   &rule,
                   {slot.key, {}},
                   *end,
                   *end,
                   {},
                   model::EndReason::drained,
                   1,
                   true});
  } else if (nothing_left(slot, now)) {
    return slot.memory->erase(slot);
  }
  schedule(slot);
}

void Correlator::run_chain(KeyState& slot, Time now, std::vector<Decision>& out) {
  judge(slot, now, true, out);
  if (nothing_left(slot, now)) return slot.memory->erase(slot);
  schedule(slot);
}

void Correlator::wait_anew(const std::string& rule, const std::string& key, Time now) {
  auto* slot = slot_of(rule, key);
  const auto* absence = slot ? std::get_if<Absence>(&slot->state) : nullptr;
  if (!absence || !absence->annulled) return;
  will_change(*slot);
  heard(*slot, now);
  schedule(*slot);
}

void Correlator::run_absence(KeyState& slot, Time now, const Annuls& annuls,
                             std::vector<Decision>& out) {
  auto& memory = *slot.memory;
  const auto& rule = memory.rule();
  auto& absence = std::get<Absence>(slot.state);
  if (!rule.unless.empty() && annuls && annuls(rule, {slot.key, labels_of(slot.key)})) {
    memory.hearing.remove(absence.last);
    absence.annulled = true;
    slot.due = Time::max();
    return;
  }
  if (memory.silent) return arm(slot, now + rule.absent);
  if (quiet_together(memory, now)) {
    memory.silent = true;
    out.push_back({Decision::Kind::opens,
                   &rules::source_silent(),
                   {"rule=" + memory.name(), {{"rule", memory.name()}}},
                   now,
                   now,
                   {},
                   {},
                   1,
                   true});
    return arm(slot, now + rule.absent);
  }
  memory.hearing.remove(absence.last);
  absence.firing = true;
  slot.due = Time::max();
  out.push_back(
      {Decision::Kind::opens, &rule, {slot.key, labels_of(slot.key)}, now, now, {}, {}, 1, true});
}

KeyState* Correlator::slot_of(const std::string& rule, const std::string& key) const {
  const auto found = memories_.find(rule);
  return found == memories_.end() ? nullptr : found->second->find(key);
}

void Correlator::forget(const std::string& rule, const std::string& key) {
  pairing_.forget_fault({rule, key});
  auto* slot = slot_of(rule, key);
  if (!slot) return;
  will_change(*slot);
  // Whoever is not expected is waited for anew when heard again, not before.
  if (const auto* absence = std::get_if<Absence>(&slot->state);
      absence && absence->firing && !slot->memory->rule().expect)
    return slot->memory->erase(*slot);
  auto* window = slot->window();
  if (!window || !window->due()) return;
  window->forget();
  schedule(*slot);
}

bool Correlator::holds(const rules::Rule& rule, const std::string& key, Time now) const {
  const auto* slot = slot_of(rule.alert, key);
  const auto* window = slot ? slot->window() : nullptr;
  if (!window) return true;
  const auto until = window->true_until(WindowTerms::of(rule));
  return until && *until > now;
}

void Correlator::refuse(const rules::Rule& rule) {
  ++counts_.keys_refused;
  degraded_.insert(rule.alert);
  limits_[rule.alert] = rule.max_keys;
}

void Correlator::review_degraded() {
  std::erase_if(degraded_, [&](const std::string& name) {
    const auto found = memories_.find(name);
    const auto limit = limits_.find(name);
    const auto keys =
        found != memories_.end() ? found->second->slots().size() : pairing_.faults_of(name);
    return limit == limits_.end() || keys * 10 <= limit->second * 9;
  });
}

RuleState* Correlator::memory_of(const rules::Rule& rule) {
  const auto found = memories_.find(rule.alert);
  return found == memories_.end() ? nullptr : found->second.get();
}

std::optional<Correlator::Look> Correlator::look(const std::string& rule,
                                                 const std::string& key) const {
  const auto* slot = slot_of(rule, key);
  if (!slot) return std::nullopt;
  const auto due = slot->due == Time::max() ? std::nullopt : std::optional(slot->due);
  if (const auto* absence = std::get_if<Absence>(&slot->state))
    return Look{{}, {}, slot->memory->hearing.counted(absence->last), due};
  Look look;
  if (const auto* window = slot->window()) {
    for (const auto& entry : window->entries()) look.matches.push_back({entry.when, entry.id, 0});
    look.firing_until = window->due();
  } else {
    const auto& chain = std::get<SequenceState>(slot->state);
    for (const auto& entry : chain.entries())
      look.matches.push_back({entry.when, entry.id, entry.step});
    look.due = chain.due(slot->memory->rule());
  }
  return look;
}

std::size_t Correlator::keys() const {
  std::size_t sum = 0;
  for (const auto& [name, memory] : memories_) sum += memory->slots().size();
  return sum;
}

}  // namespace alarum::correlate
