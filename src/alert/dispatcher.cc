#include "alert/dispatcher.h"

#include <algorithm>

#include "alert/regrouping.h"
#include "base/hash.h"

namespace alarum::alert {

using model::Change;

void Dispatcher::step(const model::Record& record, const std::vector<Change>& changes,
                      Output& out) {
  begin_step(record, changes, out);
  for (const auto& change : changes) {
    run_timers(change.at, false, record.offset, out);
    // A notification is not older than what it tells of: by that the book knows who was notified.
    now_ = std::max(now_, change.at);
    out.owes.push_back(take(change, out));
  }
  run_timers(record.at, false, record.offset, out);
  apply(record);
  run_timers(record.at, true, record.offset, out);
  now_ = record.at;
  alerts_.end_step();
}

void Dispatcher::begin_step(const model::Record& record, const std::vector<Change>& changes,
                            Output& out) {
  alerts_.begin_step();  // an exception may have left those of the record before
  if (record.ahead > std::exchange(ahead_, record.ahead)) {
    for (const auto& id : suppression_.silences().rewind(record.arrived()))
      look_again({Why::silenced, id}, record.at);
    ++epoch_;
  }
  until_ = record.at;
  for (const auto& change : changes) {
    if (change.kind == Change::Kind::resolved) alerts_.will_end(change);
    // Before the timers, which see the alerts as they are after this step
    if (model::is_held(change.alert)) ++epoch_;
  }
  for (auto& one : config_changed_) {
    one.offset = record.offset, one.at = record.at;
    out.suppressed.push_back(std::move(one));
  }
  config_changed_.clear();
}

// ---- changes of alerts

// How many targets are to be notified.
std::uint32_t Dispatcher::take(const Change& change, Output& out) {
  if (change.kind == Change::Kind::repeated) return suppression_may_end(change), 0;
  if (model::is_about_care(change.kind)) return take_acknowledgement(change, out), 0;
  std::uint32_t owes = 0;
  if (change.kind == Change::Kind::fired && suppression_.fired(change.alert.labels)) ++epoch_;
  std::vector<std::string> joined;  // a rule may name a receiver twice: it is notified once
  for (const auto& place : router_.places(change.alert)) {
    const auto here = take(change, place, out);
    if (std::ranges::find(joined, place.text()) == joined.end()) owes += here;
    joined.push_back(place.text());
  }
  if (change.kind == Change::Kind::resolved) note_end(change);
  return owes;
}

// Nothing is new, but that its rule may suppress it no more: it may have been notified before, and
// is to be reminded of.
void Dispatcher::suppression_may_end(const Change& repeated) {
  const auto& alert = repeated.alert;
  for (const auto& [why, holds] : {std::pair(Why::inhibited, !alert.inhibited_by.empty()),
                                   std::pair(Why::absorbed, !alert.absorbed.empty()),
                                   std::pair(Why::waiting, !alert.waiting.empty())}) {
    if (!holds) look_again({why, alert.id}, repeated.at);
  }
}

std::uint32_t Dispatcher::take(const Change& change, const Place& place, Output& out) {
  const auto& alert = change.alert;
  const auto record = [&](Why why) {
    out.suppressed.push_back(
        {why, alert.id, place.receiver, place.key, alert.state, {}, change.offset, change.at});
  };
  if (alert.late) {
    if (change.kind == Change::Kind::fired) record(Why::late);
    return 0;
  }
  if (router_.logs_only(place)) {
    // A line for each transition that people would be notified of, and a record that nobody was.
    if (change.kind == Change::Kind::released) return 0;  // its line was written as it fired
    record(Why::logged);
    const bool again = !out.logged.empty() && out.logged.back().alert.id == alert.id &&
                       out.logged.back().kind == change.kind;
    if (!again) out.logged.push_back(change);
    return 0;
  }
  const auto* known = groups_.find(place.text());
  if (change.kind == Change::Kind::resolved && (!known || !known->members.contains(alert.id)))
    return 0;
  if (change.kind != Change::Kind::released && router_.targets_of(place.receiver).empty())
    record(Why::no_integration);
  return join(groups_.find_or_add(place, router_.node(place.node), alert.labels), change);
}

std::uint32_t Dispatcher::join(Group& group, const Change& change) {
  const auto& node = node_of(group);
  group.quiet.reset();
  auto& member = group.members[change.alert.id];
  // What was suppressed and is released has waited since it fired.
  const bool released = change.kind == Change::Kind::released;
  const auto since = released && member.at != Time() ? member.at : change.at;
  member.id = {change.alert.rule, change.alert.key};
  if (change.kind == Change::Kind::resolved) member.ended = std::make_unique<Change>(change);
  member.news = member.news || change.kind == Change::Kind::stage_changed;
  member.kind = released ? Change::Kind::fired : change.kind;
  member.offset = change.offset, member.at = change.at;
  const auto owes = static_cast<std::uint32_t>(router_.targets_of(group.receiver).size());
  if (owes > 0) groups_.owe(member, change.offset);
  if (group.flushed) {
    look_next(group, change.at);
    if (node.news && change.kind != Change::Kind::resolved)
      groups_.look_by(group, released ? change.at : change.at + *node.news);
    return owes;
  }
  // What was posted to us and has been so for longer than the wait does not wait again
  // (Alertmanager's rule). Of an alert of ours the wait counts from its firing, however long its
  // condition held before that.
  const bool old =
      change.alert.rule.empty() && change.alert.starts_at + node.wait < wall(change.at);
  groups_.look_by(group, old ? change.at : std::max(change.at, since + node.wait));
  return owes;
}

void Dispatcher::note_end(const Change& change) {
  const auto& labels = change.alert.labels;
  if (suppression_.ended(labels))
    look_again({Why::inhibited, hex64(model::fingerprint(labels))}, change.at);
  for (const auto& id : suppression_.expire_with(labels, alerts_.active(), wall(change.at)))
    look_again({Why::silenced, id}, change.at);
}

// Nobody is reminded of it from here on: that is what is recorded. Or reminders resume: one that
// would have come meanwhile comes at once.
void Dispatcher::take_acknowledgement(const Change& change, Output& out) {
  std::set<Group*> groups;  // a rule may name a receiver twice; never walked over
  for (const auto& place : router_.places(change.alert)) {
    auto* group = groups_.find(place.text());
    if (!group || !group->members.contains(change.alert.id) || !groups.insert(group).second)
      continue;
    auto& member = group->members.at(change.alert.id);
    group->quiet.reset();
    if (change.kind == Change::Kind::acknowledged) {
      record_suppressed(*group, change.alert.id, member, {Why::acknowledged, {change.by}},
                        change.at, change.offset, out);
    } else {
      member.recorded = 0;
      if (group->flushed) look_next(*group, change.at);
    }
    notify_acknowledgement(*group, change, out);
  }
}

// Whoever asks for it, and was notified that the alert fires; not while something suppresses it.
void Dispatcher::notify_acknowledgement(Group& group, const Change& change, Output& out) const {
  const auto now = wall(change.at);
  const auto reason =
      suppression_.reason(change.alert, suppression_.muting(node_of(group), now), now);
  if (reason && reason->why != Why::acknowledged) return;
  const auto number = NotificationLog::number_of(change.alert.id);
  for (const auto* target : router_.targets_of(group.receiver)) {
    const auto* known = group.log.find(target->name);
    if (!target->notify_ack || !known || !known->knows(number)) continue;
    out.messages.push_back(
        {target->name, {group.receiver, group.key, labels_of(group), {change}}, change.at});
  }
}

void Dispatcher::apply(const model::Record& record) {
  auto& silences = suppression_.silences();
  if (const auto* set = std::get_if<model::SetSilence>(&record.payload)) {
    auto silence = model::parse_silence(set->silence);
    // The API wrote it: a record that does not read back is damage, and the frame's CRC says there
    // is none
    if (!silence) return;
    silence->updated_at = record.arrived();
    const auto id = silence->id;
    silences.set(std::move(*silence), record.arrived());
    look_again({Why::silenced, id}, record.at);
  } else if (const auto* expire = std::get_if<model::ExpireSilence>(&record.payload)) {
    if (silences.expire(expire->id, record.arrived()))
      look_again({Why::silenced, expire->id}, record.at);
  }
}

// ---- time

std::optional<Time> Dispatcher::next_due() const {
  const auto silence = suppression_.silences().next_end();
  const auto group = groups_.next_due();
  if (!silence) return group;
  return group ? std::min(*group, *silence + ahead_) : *silence + ahead_;
}

void Dispatcher::run_timers(Time until, bool inclusive, model::Offset offset, Output& out) {
  for (;;) {
    const auto due = next_due();
    if (!due || *due > until || (!inclusive && *due == until)) return;
    // Where the wall clock leapt, silences ended before the newest record
    const auto now = std::max(*due, now_);
    const auto silence = suppression_.silences().next_end();
    if (silence && *silence + ahead_ == *due) {
      for (const auto& id : suppression_.silences().advance(wall(now)))
        look_again({Why::silenced, id}, now);
      continue;
    }
    flush(groups_.take_due(), now, offset, out);
  }
}

// What suppressed alerts may be over: groups that do not look by themselves look now.
void Dispatcher::look_again(const Waiting::Cause& cause, Time now) {
  ++epoch_;
  for (const auto& [number, group] : groups_.waiting().of(cause)) groups_.look_soon(*group, now);
}

void Dispatcher::look_next(Group& group, Time now) {
  groups_.look_next(group, node_of(group).interval, now);
}

void Dispatcher::flush(Group& group, Time now, model::Offset offset, Output& out) {
  if (group.members.empty()) {
    groups_.waiting().set(group.number, group, {});
    return groups_.erase(group);
  }
  if (group.quiet && group.quiet->epoch == epoch_ && now < group.quiet->until) {
    const auto interval = node_of(group).interval;
    return groups_.schedule(group, GroupFlush::newest_before(now + interval, interval, until_));
  }
  looks_ += group.members.size();
  const auto& expected = reconciliation_.expected_ends();
  GroupFlush look({alerts_, suppression_, expected, ends_by_timeout_, ahead_, now, until_, offset},
                  group, node_of(group), out);
  // Of a group in which all wait for roll-ups nobody was notified: what is released of it is its
  // first, and waits for no `group_interval`.
  group.flushed = group.flushed || !look.waits() || look.has_changes();
  const auto& targets = router_.targets_of(group.receiver);
  if (look.has_changes()) {
    for (const auto* target : targets) look.notify(*target);
  }
  for (auto& [id, member] : group.members) {
    if (member.ended || !expected.contains(id)) groups_.settle(member);
  }
  std::erase_if(group.members, [&](const auto& one) {
    return one.second.ended || !alerts_.of(one.first, one.second);
  });
  if (group.members.empty() && group.is_own() && !groups_.holders_of_own().contains(group.receiver))
    router_.let_go(group.receiver);
  for (auto& [id, member] : group.members) member.news = false;
  group.quiet = look.quiet(targets, epoch_);
  rest(group, look);
}

// When to look again. A group that ticks does so while it is there, once more when it is empty; an
// alert by itself waits for its reminder.
void Dispatcher::rest(Group& group, const GroupFlush& look) {
  if (ticks(group)) return groups_.schedule(group, look.next_tick());
  const bool empty = group.members.empty();
  groups_.waiting().set(group.number, group, empty ? std::set<Waiting::Cause>() : look.causes());
  if (empty) return groups_.erase(group);
  groups_.schedule(group, look.next_reminder());
}

// ---- another config

void Dispatcher::configure(Config config, Time now) {
  const auto before = router_.targets();
  use(std::move(config), before, now);
  for (const auto& [text, group] : groups_.all()) {
    if (!ticks(*group)) groups_.waiting().set(group->number, *group, unknown_causes(*group));
  }
  look_for_new_targets(now);
  // Other mute times and other inhibit rules may hold.
  look_again({Why::muted, ""}, now);
  look_again({Why::inhibited, ""}, now);
}

// To evaluate groups here would come before the next record and see what that one brought: the same
// notification would be made at another moment than it was, under another id.
void Dispatcher::resume(Config config, Time now, Duration ahead) {
  ahead_ = ahead;
  (void)suppression_.silences().pass_over(wall(now));
  const auto same = config.targets;
  const auto waiting = std::exchange(groups_.waiting(), {});
  use(std::move(config), same, now);
  for (const auto& [text, group] : groups_.all()) {
    if (!ticks(*group)) groups_.waiting().set(group->number, *group, waiting.causes(group->number));
  }
}

void Dispatcher::use(Config config, const std::vector<Target>& before, Time now) {
  now_ = now;
  router_.configure(config.routing->root, std::move(config.targets), config.self_monitoring,
                    groups_.holders_of_own());
  suppression_.configure(std::move(config.routing), alerts_.active());
  Regrouping(groups_, router_).apply(alerts_.active(), before, now, config_changed_);
}

// A target that a receiver did not have before is notified of what fires at the next tick, not at
// the next reminder.
void Dispatcher::look_for_new_targets(Time now) {
  std::map<std::uint64_t, Group*> unknown;  // by number: looks come in the same order each time
  for (const auto& [text, group] : groups_.all()) {
    if (!group->flushed || group->members.empty()) continue;
    const auto is_new = [&log = group->log](const Target* target) {
      return !log.find(target->name);
    };
    if (std::ranges::any_of(router_.targets_of(group->receiver), is_new))
      unknown[group->number] = group.get();
  }
  for (const auto& [number, group] : unknown) look_next(*group, now);
}

// ---- built-in alerts

void Dispatcher::set_own_receivers(const std::vector<std::string>& wanted, Time now) {
  if (router_.want_own(wanted)) keep_own_receivers({}, now);
}

// Who holds such alerts follows from the groups alone: a start from a checkpoint finds the same.
void Dispatcher::keep_own_receivers(const std::vector<std::string>& also, Time now) {
  std::set<std::string> holding;
  for (const auto& name : also) {
    if (router_.knows(name)) holding.insert(name);
  }
  for (const auto& name : groups_.holders_of_own()) {
    if (std::ranges::find(own_receivers(), name) != own_receivers().end()) holding.insert(name);
  }
  if (!router_.hold_own(std::move(holding))) return;
  for (const auto& [id, live] : alerts_.active().all()) {
    const auto& alert = live.alert;
    if (!is_own(alert) || alert.late) continue;
    for (const auto& place : router_.places(alert)) {
      auto& group = groups_.find_or_add(place, router_.node(place.node), alert.labels);
      if (group.members.contains(alert.id)) continue;
      auto& member = group.members[alert.id];
      member.id = id, member.offset = alert.opened_by, member.at = alert.changed_at;
      if (!group.next) groups_.schedule(group, group.flushed ? now : now + router_.node(0).wait);
    }
  }
}

// ---- what is recorded

void Dispatcher::agree(const Recorded& recorded, const std::set<std::string>& targets) {
  for (const auto& [number, group] : reconciliation_.agree(recorded, targets, now_))
    look_once_more(*group);
}

void Dispatcher::record_again(const std::map<std::string, Reasons>& recorded) {
  for (const auto& [number, group] : reconciliation_.record_again(recorded)) look_once_more(*group);
}

// One that was not looked at yet is so after its `group_wait`; one in which all wait for roll-ups
// was, and has no other time than theirs.
void Dispatcher::look_once_more(Group& group) {
  group.quiet.reset();
  if (group.flushed || !group.next) look_next(group, now_);
}

}  // namespace alarum::alert
