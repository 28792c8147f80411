#include "alert/active_alerts.h"

#include <algorithm>
#include <unordered_map>

#include "alert/routing.h"
#include "base/hash.h"

namespace alarum::alert {
namespace {

using model::Change;
using model::Severity;

// The path without the file's number: derived names are `#<file>.name`, and the number changes when
// files are added or removed.
std::string plain(const std::string& path) {
  return path.starts_with('#') ? path.substr(path.find('.')) : path;
}

constexpr std::string_view kZero("\0", 1);  // separates the parts of which an id is made

// The most that a start may move back. Events may come late by `lateness`, and for windows by the
// length of the window.
constexpr Duration kMostMove = std::chrono::days(366);

std::optional<Time> due_of(const rules::Rule& rule, Time matched_at) {
  return rule.resolve_after ? std::optional(matched_at + *rule.resolve_after) : std::nullopt;
}

std::string flapping(std::uint64_t times) {
  return "flapping ×" + std::to_string(times);
}

std::string stage_of(const model::Labels& annotations) {
  const auto found = annotations.find("stage");
  return found == annotations.end() ? "" : found->second;
}

}  // namespace

// Includes what the condition remembers: if a reload dropped that and kept the alert, the alert
// would never end.
std::string ActiveAlerts::signature_of(const rules::Rule& rule) {
  std::string text = std::to_string(static_cast<int>(rule.condition)) + '\n';
  // The labels of a roll-up come from its members, so paths in events do not matter for it.
  for (const auto& [label, path] : rule.by)
    text += rule.gather ? "" : label + '=' + plain(path) + '\n';
  if (rule.condition == rules::Condition::distinct)
    text += "distinct " + plain(rule.distinct) + '\n';
  if (rule.gather) {
    text += "gather " + rule.gather->distinct + '\n';
    // By these correlate::Gathering groups members.
    for (const auto& [label, from] : rule.gather->by) text += label + '=' + from + '\n';
  }
  for (const auto& step : rule.steps) text += step.absent ? '!' : '.';
  return text;
}

void ActiveAlerts::set_clock(Time at, Duration ahead) {
  const auto before = std::exchange(ahead_, ahead);
  if (before != ahead) {
    for (const auto& [due, rule, key] : ack_timers_)
      live_.at({rule, key}).alert.acknowledged->until = wall(due);
  }
  if (before >= ahead) return;
  const auto now = wall(at);
  for (auto& [id, live] : live_) {
    for (auto* time : {&live.alert.starts_at, &live.alert.last_seen, &live.ended_at})
      *time = std::min(*time, now);
    if (auto& ack = live.alert.acknowledged) ack->at = std::min(ack->at, now);
  }
}

// The id is the same in every replay and different for every firing. Within one record an alert may
// fire several times (by timers in a long gap, or in consequence of one event), so a number is
// added to all ids but the first, which is thus the same as before there were numbers.
std::string ActiveAlerts::new_id(const Id& id, model::Offset offset) {
  if (std::exchange(opening_, offset) != offset) opened_.clear();
  auto sum = fnv1a(kZero, fnv1a(id.second, fnv1a(kZero, fnv1a(id.first))));
  sum = fnv1a(std::to_string(offset), sum);
  const auto before = opened_[sum]++;
  return hex64(before == 0 ? sum : fnv1a(std::to_string(before), fnv1a(kZero, sum)));
}

void ActiveAlerts::open(const rules::Rule& rule, const std::string& key, const model::Labels& by,
                        Texts& texts, const Opening& opening, Time at, model::Offset offset,
                        std::vector<Change>& out) {
  const auto when = opening.when;
  const Id id{rule.alert, key};
  const auto severity = texts.severity(by);
  auto found = live_.find(id);
  if (found != live_.end() && found->second.over) {
    close(id, *found->second.ending, found->second.ended_at, at, offset, out);
    found = live_.end();
  }
  const bool stays =
      opening.ended && opening.news && rule.delay == Duration::zero() && found == live_.end();
  if (opening.ended) found = live_.end();
  if (found != live_.end() && severity <= found->second.alert.severity) {
    return repeat(rule, id, found->second, texts, opening, at, offset, out);
  }
  // Annotations that joined the alert, and its flaps, go over to the alert of the worse severity.
  ActiveAlert before;
  if (found != live_.end()) {
    before.extra = std::move(found->second.extra);
    before.flaps = found->second.flaps;
    if (found->second.ending) before.extra["flapping"] = flapping(++before.flaps);
    close(id, model::EndReason::escalated, when, at, offset, out);
  }
  before.extra.insert(opening.lasting.begin(), opening.lasting.end());
  model::Alert alert;
  alert.id = new_id(id, offset);
  alert.rule = rule.alert;
  alert.key = key;
  alert.labels = texts.labels(by, severity);
  alert.severity = severity;
  alert.starts_at = std::min(opening.starts, wall(at));
  alert.last_seen = std::max(when, opening.starts);
  alert.count = opening.matches;
  alert.changed_at = at;
  alert.opened_by = alert.changed_by = offset;
  if (opening.ended && !stays) return record(texts, std::move(alert), *opening.ended, out);
  fire(rule, key, std::move(alert), texts, at, opening.news, out);
  if (const auto fresh = live_.find(id); fresh != live_.end() && !before.extra.empty()) {
    auto& live = fresh->second;
    for (const auto& [name, text] : before.extra) live.alert.annotations[name] = text;
    live.extra = std::move(before.extra);
    live.flaps = before.flaps;
    out.back().alert.annotations = live.alert.annotations;
  }
  if (stays) stay(rule, live_.at(id), *opening.ended, at);
}

// Records an alert that was over before it was known: fired and resolved at once. An alert that
// fires now is not touched.
void ActiveAlerts::record(Texts& texts, model::Alert alert, Time ended, std::vector<Change>& out) {
  alert.annotations = texts.annotations(alert);
  alert.late = true;
  out.push_back({Change::Kind::fired, alert, alert.opened_by, alert.changed_at});
  alert.state = model::AlertState::resolved;
  alert.reason = model::EndReason::drained;
  alert.ends_at = std::max(ended, alert.starts_at);
  const auto offset = alert.opened_by;
  const auto at = alert.changed_at;
  out.push_back({Change::Kind::resolved, std::move(alert), offset, at});
}

// Lets the alert fire for one `within`, so that people are notified of it before it resolves.
void ActiveAlerts::stay(const rules::Rule& rule, ActiveAlert& live, Time ended, Time at) {
  live.over = true;
  live.ending = model::EndReason::drained;
  live.ended_at = std::max(ended, live.alert.starts_at);
  set_due({live.alert.rule, live.alert.key}, live, at + rule.within);
}

void ActiveAlerts::fire(const rules::Rule& rule, const std::string& key, model::Alert alert,
                        Texts& texts, Time at, bool news, std::vector<Change>& out) {
  alert.annotations = texts.annotations(alert);
  alert.late = !news && rule.resolve_after && alert.last_seen + *rule.resolve_after <= wall(at);
  const auto offset = alert.opened_by;
  out.push_back({Change::Kind::fired, alert, offset, at});
  const Id id{rule.alert, key};
  const bool late = alert.late;
  const auto end = alert.last_seen + rule.resolve_after.value_or(Duration::zero());
  auto& live = add(id, ActiveAlert{std::move(alert),
                                   std::nullopt,
                                   at,
                                   signature_of(rule),
                                   rule.hold,
                                   std::nullopt,
                                   Time(),
                                   1,
                                   {},
                                   {},
                                   true});
  if (late) return close(id, model::EndReason::timeout, end, at, offset, out);
  set_due(id, live, due_of(rule, at));
}

void ActiveAlerts::repeat(const rules::Rule& rule, const Id& id, ActiveAlert& live, Texts& texts,
                          const Opening& opening, Time at, model::Offset offset,
                          std::vector<Change>& out) {
  const auto when = opening.when;
  auto& alert = live.alert;
  if (opening.starts < alert.starts_at && alert.starts_at - opening.starts <= kMostMove)
    alert.starts_at = opening.starts;
  if (std::exchange(live.ending, std::nullopt)) live.extra["flapping"] = flapping(++live.flaps);
  const auto stage = stage_of(alert.annotations);
  ++alert.count;
  const bool newest = when >= alert.last_seen;
  alert.last_seen = std::max(alert.last_seen, when);
  alert.changed_at = at;
  alert.changed_by = offset;
  // An event that came out of order is counted but does not change texts and stage.
  if (newest) alert.annotations = texts.annotations(alert);
  for (const auto& [name, text] : live.extra) alert.annotations[name] = text;
  live.matched_at = at;
  set_due(id, live, due_of(rule, at));
  const bool moved = stage_of(alert.annotations) != stage;
  out.push_back({moved ? Change::Kind::stage_changed : Change::Kind::repeated, alert, offset, at});
}

void ActiveAlerts::post(const Posted& posted, Time at, model::Offset offset,
                        std::vector<Change>& out) {
  const Id id{"", hex64(model::fingerprint(posted.labels))};
  const auto found = live_.find(id);
  const bool fresh = found == live_.end();
  const Activity said{posted.starts_at.value_or(wall(at)),
                      posted.ends_at.value_or(wall(at) + posted.timeout), !posted.ends_at};
  const auto activity = fresh ? said : merged(activity_of(found->second), said, wall(at));
  const bool over = activity.ends <= wall(at);
  if (fresh && over) return;  // nobody was notified that it fires
  auto& live = fresh ? add(id, ActiveAlert{}) : found->second;
  auto& alert = live.alert;
  if (fresh) {
    alert.id = new_id(id, offset);
    alert.key = id.second;
    alert.labels = posted.labels;
    const auto severity = posted.labels.find("severity");
    const auto known = severity == posted.labels.end()
                           ? Severity::none
                           : model::normalise_severity(severity->second);
    alert.severity = known == Severity::none ? Severity::warning : known;
    alert.last_seen = activity.starts;
    alert.opened_by = offset;
  }
  // A built-in alert with another stage is notified again, because another target fails as well.
  const auto moved_as =
      !fresh && is_own(alert) && stage_of(alert.annotations) != stage_of(posted.annotations)
          ? Change::Kind::stage_changed
          : Change::Kind::repeated;
  const bool moved = fresh || alert.starts_at != activity.starts ||
                     alert.annotations != posted.annotations ||
                     alert.generator_url != posted.generator_url;
  alert.starts_at = activity.starts;
  if (moved)
    alert.annotations = posted.annotations, alert.generator_url = posted.generator_url,
    alert.changed_by = offset;
  alert.changed_at = live.matched_at = at;
  alert.last_seen = std::max(alert.last_seen, wall(at));
  if (over) return close(id, model::EndReason::recovered, activity.ends, at, offset, out);
  live.hold = activity.timeout ? posted.timeout : Duration::zero();
  set_due(id, live, activity.ends + ahead_);
  if (moved) out.push_back({fresh ? Change::Kind::fired : moved_as, alert, offset, at});
}

Activity ActiveAlerts::activity_of(const ActiveAlert& live) const {
  return {live.alert.starts_at, wall(live.due.value_or(Time::max())), live.hold > Duration::zero()};
}

void ActiveAlerts::close(const Id& id, model::EndReason reason, Time ends_at, Time at,
                         model::Offset offset, std::vector<Change>& out) {
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  auto& live = found->second;
  set_due(id, live, std::nullopt);
  set_ack_due(id, live, std::nullopt);
  forget_inhibitors(id, live);
  if (live.told)
    live.alert.inhibited_by.clear(), live.alert.absorbed.clear(), live.alert.waiting.clear();
  auto alert = std::move(live.alert);
  remove(found);
  alert.state = model::AlertState::resolved;
  alert.reason = reason;
  alert.ends_at = std::max(ends_at, alert.starts_at);
  alert.changed_at = at;
  alert.changed_by = offset;
  out.push_back({Change::Kind::resolved, std::move(alert), offset, at});
}

void ActiveAlerts::end(const Id& id, model::EndReason reason, Time ends_at, Time at,
                       model::Offset offset, std::vector<Change>& out) {
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  auto& live = found->second;
  if (live.hold <= Duration::zero()) return close(id, reason, ends_at, at, offset, out);
  live.ending = reason;
  live.ended_at = ends_at;
  set_due(id, live, at + live.hold);
}

void ActiveAlerts::annotate(const Id& id, const model::Labels& texts, Time at, model::Offset offset,
                            std::vector<Change>& out) {
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  auto& alert = found->second.alert;
  for (const auto& [name, text] : texts) alert.annotations[name] = found->second.extra[name] = text;
  alert.changed_at = at;
  alert.changed_by = offset;
  out.push_back({Change::Kind::repeated, alert, offset, at});
}

const ActiveAlerts::Timer* ActiveAlerts::next() const {
  if (ack_timers_.empty() || (!timers_.empty() && *timers_.begin() <= *ack_timers_.begin()))
    return timers_.empty() ? nullptr : &*timers_.begin();
  return &*ack_timers_.begin();
}

void ActiveAlerts::run_next(model::Offset offset, std::vector<Change>& out) {
  const bool care = timers_.empty() || next() != &*timers_.begin();
  const auto [due, rule, key] = *next();
  if (care) return end_care(live_.at({rule, key}), {"", "", "its time is over"}, due, offset, out);
  const auto& live = live_.at({rule, key});
  const auto reason = live.ending.value_or(model::EndReason::timeout);
  close({rule, key}, reason, live.ending ? live.ended_at : wall(due), due, offset, out);
}

std::map<ActiveAlerts::Id, ActiveAlerts::ActiveAlert>::iterator ActiveAlerts::find(
    const std::string& alert_id) {
  return std::ranges::find_if(live_,
                              [&](const auto& one) { return one.second.alert.id == alert_id; });
}

void ActiveAlerts::acknowledge(const model::Acknowledge& said, Time at, model::Offset offset,
                               std::vector<Change>& out) {
  const auto found = find(said.alert_id);
  if (found == live_.end()) return;
  auto& [id, live] = *found;
  const auto due = said.lasts > Duration::zero() ? std::optional(at + said.lasts) : std::nullopt;
  live.alert.acknowledged = model::Acknowledgement{said.by, said.comment, wall(at),
                                                   due ? std::optional(wall(*due)) : std::nullopt};
  set_ack_due(id, live, due);
  live.alert.changed_at = at, live.alert.changed_by = offset;
  out.push_back({Change::Kind::acknowledged, live.alert, offset, at, said.by, said.comment});
}

void ActiveAlerts::adopt(const std::vector<model::Acknowledge>& acknowledged) {
  for (const auto& said : acknowledged) {
    const auto found = find(said.alert_id);
    if (found != live_.end())
      found->second.alert.acknowledged = model::Acknowledgement{
          said.by, said.comment, found->second.alert.changed_at - ahead_, {}};
  }
}

void ActiveAlerts::unacknowledge(const model::Unacknowledge& said, Time at, model::Offset offset,
                                 std::vector<Change>& out) {
  const auto found = find(said.alert_id);
  if (found != live_.end() && found->second.alert.acknowledged)
    end_care(found->second, said, at, offset, out);
}

void ActiveAlerts::end_care(ActiveAlert& live, const model::Unacknowledge& said, Time at,
                            model::Offset offset, std::vector<Change>& out) {
  set_ack_due({live.alert.rule, live.alert.key}, live, std::nullopt);
  live.alert.acknowledged.reset();
  live.alert.changed_at = at, live.alert.changed_by = offset;
  out.push_back({Change::Kind::unacknowledged, live.alert, offset, at, said.by, said.comment});
}

void ActiveAlerts::set_inhibitors(const Id& id, std::vector<Id> inhibitors) {
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  forget_inhibitors(id, found->second);
  for (const auto& one : inhibitors) watchers_[one].insert(id);
  found->second.inhibitors = std::move(inhibitors);
}

void ActiveAlerts::forget_inhibitors(const Id& id, const ActiveAlert& live) {
  for (const auto& one : live.inhibitors) {
    const auto watchers = watchers_.find(one);
    if (watchers == watchers_.end()) continue;
    watchers->second.erase(id);
    if (watchers->second.empty()) watchers_.erase(watchers);
  }
}

std::vector<std::string> ActiveAlerts::firing_of(const std::vector<Id>& inhibitors) const {
  std::vector<std::string> names;
  for (const auto& one : inhibitors) {
    if (live_.contains(one) && (names.empty() || names.back() != one.first))
      names.push_back(one.first);
  }
  return names;
}

void ActiveAlerts::hold(model::Alert& fired, Held held) {
  const auto found = live_.find({fired.rule, fired.key});
  if (found == live_.end() || found->second.alert.id != fired.id) return;
  auto& live = found->second;
  fired.absorbed = held.absorbed, fired.waiting = held.waiting;
  live.alert.absorbed = std::move(held.absorbed), live.alert.waiting = std::move(held.waiting);
  live.told = false;
}

std::set<ActiveAlerts::Id> ActiveAlerts::touched_by(const std::vector<Change>& changes) const {
  std::set<Id> touched;
  for (const auto& change : changes) {
    const Id id{change.alert.rule, change.alert.key};
    const auto found = live_.find(id);
    if (found != live_.end() && !found->second.inhibitors.empty()) touched.insert(id);
    // Which alerts it suppresses changes only when it fires or ends.
    if (change.kind != Change::Kind::fired && change.kind != Change::Kind::resolved) continue;
    if (const auto watchers = watchers_.find(id); watchers != watchers_.end())
      touched.insert(watchers->second.begin(), watchers->second.end());
  }
  return touched;
}

void ActiveAlerts::settle(Time at, model::Offset offset, std::vector<Change>& changes,
                          const RollUps& roll_ups) {
  auto touched = touched_by(changes);
  touched.insert(roll_ups.touched.begin(), roll_ups.touched.end());
  if (touched.empty()) return;
  settled_ += touched.size();
  std::multimap<std::string, std::size_t> by_alert;
  for (std::size_t i = 0; i < changes.size(); ++i) by_alert.emplace(changes[i].alert.id, i);
  for (const auto& id : touched) {
    const auto found = live_.find(id);
    if (found == live_.end()) continue;
    auto& live = found->second;
    const auto inhibitors = firing_of(live.inhibitors);
    const auto held =
        roll_ups.held ? roll_ups.held(live.alert) : Held{live.alert.absorbed, live.alert.waiting};
    const auto set = [&](model::Alert& alert) {
      alert.inhibited_by = inhibitors, alert.absorbed = held.absorbed, alert.waiting = held.waiting;
    };
    bool fresh = false;
    for (auto [one, last] = by_alert.equal_range(live.alert.id); one != last; ++one) {
      auto& change = changes[one->second];
      set(change.alert);
      fresh |= change.kind == Change::Kind::fired;
    }
    if (fresh) live.told = false;
    const auto& alert = live.alert;
    const bool moved = !fresh && (alert.inhibited_by != inhibitors ||
                                  alert.absorbed != held.absorbed || alert.waiting != held.waiting);
    set(live.alert);
    const bool released = !model::is_held(alert) && !live.told && !fresh;
    live.told = live.told || !model::is_held(alert);
    if (!moved) continue;
    live.alert.changed_at = at;
    live.alert.changed_by = offset;
    changes.push_back(
        {released ? Change::Kind::released : Change::Kind::repeated, live.alert, offset, at});
  }
}

void ActiveAlerts::apply(const rules::RuleSet& rules, Time at, model::Offset offset,
                         std::vector<Change>& out) {
  std::unordered_map<std::string, const rules::Rule*> by_name;
  for (const auto& rule : rules.rules) by_name[rule.alert] = &rule;
  std::vector<Id> ended;
  for (auto& [id, live] : live_) {
    // Posted and built-in alerts need no rule.
    if (id.first.empty() || rules::is_builtin(id.first)) continue;
    const auto rule = by_name.find(id.first);
    if (rule == by_name.end() || signature_of(*rule->second) != live.by_signature) {
      ended.push_back(id);
    } else {
      live.hold = rule->second->hold;
      if (!live.ending) set_due(id, live, due_of(*rule->second, live.matched_at));
    }
  }
  for (const auto& id : ended) close(id, model::EndReason::rule_changed, wall(at), at, offset, out);
}

void ActiveAlerts::restore(std::vector<ActiveAlert> live, Duration ahead) {
  ahead_ = ahead;
  live_.clear();
  by_rule_.clear();
  timers_.clear();
  ack_timers_.clear();
  watchers_.clear();
  for (auto& one : live) {
    const Id id{one.alert.rule, one.alert.key};
    const auto due = std::exchange(one.due, std::nullopt),
               ack_due = std::exchange(one.ack_due, std::nullopt);
    for (const auto& inhibitor : one.inhibitors) watchers_[inhibitor].insert(id);
    auto& kept = add(id, std::move(one));
    set_due(id, kept, due);
    set_ack_due(id, kept, ack_due);
  }
}

ActiveAlerts::ActiveAlert& ActiveAlerts::add(const Id& id, ActiveAlert live) {
  const auto [at, fresh] = live_.insert_or_assign(id, std::move(live));
  if (fresh) ++by_rule_[id.first];
  return at->second;
}

void ActiveAlerts::remove(std::map<Id, ActiveAlert>::iterator at) {
  const auto count = by_rule_.find(at->first.first);
  if (--count->second == 0) by_rule_.erase(count);
  live_.erase(at);
}

// Uses the memory of a timer again if it only moves.
void ActiveAlerts::move_timer(Timers& timers, const Id& id, std::optional<Time> from,
                              std::optional<Time> to) {
  if (from == to) return;
  if (!from) return void(timers.emplace(*to, id.first, id.second));
  const auto known =
      timers.find(std::tuple<Time, std::string_view, std::string_view>(*from, id.first, id.second));
  auto node = timers.extract(known);  // an alert with a due time has a timer
  if (!to) return;
  std::get<Time>(node.value()) = *to;
  timers.insert(std::move(node));
}

void ActiveAlerts::set_due(const Id& id, ActiveAlert& live, std::optional<Time> due) {
  move_timer(timers_, id, std::exchange(live.due, due), due);
}

void ActiveAlerts::set_ack_due(const Id& id, ActiveAlert& live, std::optional<Time> due) {
  move_timer(ack_timers_, id, std::exchange(live.ack_due, due), due);
}

}  // namespace alarum::alert
