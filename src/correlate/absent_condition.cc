#include "correlate/absent_condition.h"

#include <utility>

#include "rules/rule_set.h"

namespace alarum::correlate {
namespace {

constexpr std::uint32_t kFewestSilent = 3;  // members: two that fall silent are two alerts

Absence& absence_of(KeyState& key) {
  return std::get<Absence>(key.state);
}
const Absence& absence_of(const KeyState& key) {
  return std::get<Absence>(key.state);
}

Key source_of(const std::string& rule) {
  return {"rule=" + rule, {{"rule", rule}}};
}

Decision source_answers(const std::string& rule, Time now, model::EndReason reason) {
  return closing(rules::source_silent(), source_of(rule), now, reason, true);
}

}  // namespace

void AbsentCondition::match(KeyState& key, model::Hit, const Key& named, const Arrival& in,
                            Context& context) {
  if (absence_of(key).firing) context.out.push_back(closing(rule(), named, in.report.when));
  see(key, in.now());
  if (silent_ && !is_quiet_together(in.now())) source_returned(in.now(), context.out);
}

bool AbsentCondition::end(KeyState& key, const Key& named, const Arrival& in, Context& context) {
  const bool fired = absence_of(key).firing;
  see(key, in.now());
  if (fired) context.out.push_back(closing(rule(), named, in.report.when));
  return fired;
}

// A key that fires, or is annulled, is not among those that are waited for.
void AbsentCondition::see(KeyState& key, Time now) {
  auto& absence = absence_of(key);
  if (absence.waits() && absence.last != Time::min()) seen_.remove(absence.last);
  absence = {now};
  seen_.add(now);
}

// More than the share have said nothing for half the span: their source is silent, not each of
// them.
bool AbsentCondition::is_quiet_together(Time now) const {
  if (rule().silent_share >= 1) return false;
  const auto [quiet, all] = seen_.quiet(now - rule().absent / 2);
  return quiet >= kFewestSilent && quiet > rule().silent_share * all;
}

void AbsentCondition::source_returned(Time now, std::vector<Decision>& out) {
  silent_ = false;
  seen_.rearm(now - rule().absent / 2, now);
  out.push_back(source_answers(name(), now, model::EndReason::recovered));
}

std::optional<Time> AbsentCondition::run(KeyState& key, Time now, Context& context) {
  auto& absence = absence_of(key);
  if (!rule().unless.empty() && context.is_annulled(rule(), {key.key, labels_of(key.key)})) {
    seen_.remove(absence.last);
    absence.annulled = true;
    return Time::max();
  }
  if (silent_) return now + rule().absent;
  if (is_quiet_together(now)) {
    silent_ = true;
    context.out.push_back(opening(rules::source_silent(), source_of(name()), now, true));
    return now + rule().absent;
  }
  seen_.remove(absence.last);
  absence.firing = true;
  context.out.push_back(opening(rule(), {key.key, labels_of(key.key)}, now, true));
  return Time::max();
}

Time AbsentCondition::due_of(const KeyState& key) const {
  const auto& absence = absence_of(key);
  return !absence.waits() ? Time::max() : seen_.counted(absence.last) + rule().absent;
}

void AbsentCondition::wait_again(const std::string& key, Time now) {
  const auto* found = keys().find(key);
  if (!found || !absence_of(*found).annulled) return;
  see(keys().modify(*found), now);
  schedule(*found);
}

// A key that is not expected is waited for when it is seen again, not before.
void AbsentCondition::alert_ended(KeyState& key) {
  if (absence_of(key).firing && !rule().expect) keys().erase(key);
}

void AbsentCondition::changed(const rules::Rule& before, Time now, Context& context) {
  change_members(before, now, context);
  if (rule().absent != before.absent) change_span();
}

// Bins of another width are filled again.
void AbsentCondition::change_span() {
  const auto old = std::exchange(seen_, LastSeen(rule().absent));
  keys().each([&](const KeyState& key) {
    auto& absence = absence_of(keys().modify(key));
    if (!absence.waits()) return;
    absence.last = old.counted(absence.last);
    seen_.add(absence.last);
    schedule(key);
  });
}

// Members that the table lists no more end, in the order of their keys; those that it lists are
// waited for.
void AbsentCondition::change_members(const rules::Rule& before, Time now, Context& context) {
  if (!rule().expect) return;
  const auto& rows = rule().expect->rows;
  if (before.expect && before.expect->rows == rows && keys().size() == rows.size()) return;
  std::set<std::string> members, gone;
  for (const auto& [value, row] : rows) members.insert(key_text(rule().by.front().label, value));
  keys().each([&](const KeyState& key) {
    if (!members.contains(key.key)) gone.insert(key.key);
  });
  for (const auto& key : gone) drop_member(*keys().find(key), now, context);
  for (const auto& key : members) {
    if (keys().find(key)) continue;
    const auto* added = keys().find_or_add(key, rule().max_keys);
    if (!added) return context.refuse(rule());
    see(keys().modify(*added), now);
    schedule(*added);
  }
}

void AbsentCondition::drop_member(const KeyState& key, Time now, Context& context) {
  const auto& absence = absence_of(key);
  if (absence.firing)
    context.out.push_back(
        closing(rule(), {key.key, {}}, now, model::EndReason::rule_changed, true));
  else if (absence.waits())
    seen_.remove(absence.last);
  keys().erase(key);
}

void AbsentCondition::leave(Time now, std::vector<Decision>& out) const {
  if (silent_) out.push_back(source_answers(name(), now, model::EndReason::rule_changed));
}

void AbsentCondition::restore_whole(Whole whole) {
  silent_ = whole.silent;
  seen_.restore(std::move(whole.rearmed));
}

void AbsentCondition::restored(const KeyState& key) {
  const auto& absence = absence_of(key);
  if (absence.waits()) seen_.add(seen_.counted(absence.last));
}

Look AbsentCondition::look(const KeyState& key) const {
  Look look;
  look.last = seen_.counted(absence_of(key).last);
  if (key.due() != Time::max()) look.due = key.due();
  return look;
}

}  // namespace alarum::correlate
