#include "alert/groups.h"

#include <algorithm>
#include <set>

#include "base/hash.h"

namespace alarum::alert {
namespace {

using model::Change;
using Why = model::Suppressed::Why;

std::uint64_t number_of(const std::string& alert_id) { return std::stoull(alert_id, nullptr, 16); }

bool within(const std::vector<std::uint64_t>& part, const std::vector<std::uint64_t>& whole) {
  return std::ranges::includes(whole, part);
}

// Without its severity the labels of an instance stay the same when it escalates, and so does its group.
model::Labels without_severity(model::Labels labels) {
  labels.erase("severity");
  return labels;
}

std::string text_of(const model::Labels& labels) {
  model::Matchers same;
  for (const auto& [name, value] : labels) same.push_back(*model::Matcher::make(name, model::Matcher::Op::equal, value));
  return model::to_text(same);
}

model::Labels part_of(const model::Labels& labels, const std::vector<std::string>& names) {
  model::Labels out;
  for (const auto& name : names) {
    if (const auto found = labels.find(name); found != labels.end()) out.insert(*found);
  }
  return out;
}

Time next_minute(Time now) { return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1); }

}  // namespace

// What one look at a group found to tell.
struct Groups::Telling {
  std::vector<Change> changes;  // by the order in which the alerts fired
  std::vector<std::uint64_t> firing, resolved;
  std::set<std::string> owed;  // alerts with a transition that somebody is to be told
  bool news = false;
  bool all_acknowledged = true;  // of those that fire
  bool kept_back = false;        // one that fires
  bool muted = false;
};

// ---- where alerts belong

std::vector<Groups::Place> Groups::places(const model::Alert& alert) const {
  std::vector<Place> out;
  const auto* named = receivers_(alert);
  for (const auto index : tree_->match(alert.labels)) {
    const auto& node = tree_->node(index);
    auto key = node.each_alone ? alert.rule + '{' + alert.key + '}' : text_of(part_of(alert.labels, node.group_by));
    if (index > 0 || !node.each_alone) key = node.key + ':' + key;
    if (!named || named->empty()) out.push_back({index, node.receiver, key});
    else for (const auto& receiver : *named) out.push_back({index, receiver, key});
    if (named && !named->empty()) break;  // the rule's word replaces all routes; the first says how it is grouped
  }
  return out;
}

Group& Groups::group_at(const Place& place, const model::Alert& alert) {
  auto& slot = groups_[place.text()];
  if (slot) return *slot;
  slot = std::make_unique<Group>();
  slot->node = place.node;
  slot->receiver = place.receiver;
  slot->key = place.key;
  slot->number = next_number_++;
  const auto& node = tree_->node(place.node);
  if (!node.each_alone) slot->labels = part_of(alert.labels, node.group_by);
  return *slot;
}

model::Labels Groups::labels_of(const Group& group) const {
  if (!tree_->node(group.node).each_alone || group.members.empty()) return group.labels;
  const auto& [id, member] = *group.members.rbegin();
  const auto change = state_of(id, member);
  return change ? without_severity(change->alert.labels) : group.labels;
}

void Groups::configure(Config config, Time now) {
  auto old = std::move(groups_);
  groups_.clear(), timers_.clear(), waiting_.clear(), owed_.clear();
  const auto targets = config_.targets;
  config_ = std::move(config);
  tree_ = std::make_shared<const RouteTree>(config_.routing->root);
  inhibition_ = Inhibition(config_.routing->inhibit_rules);
  std::vector<std::pair<std::string, std::unique_ptr<Change>>> ended;
  for (auto& [text, group] : old) {
    for (auto& [id, member] : group->members) {
      if (member.ended) ended.emplace_back(text, std::make_unique<Change>(*member.ended));
    }
  }
  std::ranges::sort(ended, {}, [](const auto& one) { return std::tie(one.second->alert.opened_by, one.second->alert.id, one.first); });
  for (const auto& [id, live] : instances_.all()) {
    inhibition_.fired(live.alert.labels);
    if (!live.alert.late) adopt(live.alert, nullptr, old, now);
  }
  for (auto& [text, change] : ended) {
    const auto alert = change->alert;
    adopt(alert, std::move(change), old, now);
  }
  reroute(old, targets);
  std::vector<Group*> timed;
  for (auto& [text, group] : groups_) if (group->next) timed.push_back(group.get());
  std::ranges::sort(timed, {}, [](const Group* group) { return std::tuple(*group->next, group->order, group->number); });
  for (auto* group : timed) {
    const auto when = std::exchange(group->next, std::nullopt);
    schedule(*group, when);
  }
  look_again(Why::muted, now);
}

// Without those that the config does not have any more.
std::vector<Group::Told> Groups::known_targets(std::vector<Group::Told> told, const std::string& receiver) const {
  std::erase_if(told, [&](const Group::Told& one) {
    return std::ranges::none_of(config_.targets, [&](const Target& target) { return target.receiver == receiver && fnv1a(target.name) == one.target; });
  });
  return told;
}

void Groups::adopt(const model::Alert& alert, std::unique_ptr<Change> ended, All& old, Time now) {
  for (const auto& place : places(alert)) {
    const auto before = old.find(place.text());
    const bool fresh = !groups_.contains(place.text());
    if (ended && before == old.end()) continue;  // nobody there was told that it fired
    auto& group = group_at(place, alert);
    if (fresh && before != old.end()) {
      const auto number = before->second->number;
      group.told = known_targets(before->second->told, place.receiver), group.flushed = before->second->flushed;
      group.next = before->second->next, group.order = before->second->order, group.number = number;
    }
    if (before != old.end()) {
      const auto member = before->second->members.find(alert.id);
      if (member != before->second->members.end()) {
        if (member->second.recorded && !tree_->node(group.node).interval.count()) waiting_[group.number] = &group;
        auto& kept = group.members[alert.id] = std::move(member->second);
        if (kept.owed) owed_.insert(kept.owed);
        member->second.owed = 0;
        continue;
      }
    }
    auto& member = group.members[alert.id];
    member.id = {alert.rule, alert.key}, member.offset = alert.opened_by, member.at = alert.changed_at;
    if (!group.next) group.next = group.flushed ? now : now + tree_->node(group.node).wait;
  }
}

// What nobody will be told as it was to be told: its group is gone, or has other targets.
void Groups::reroute(const All& old, const std::vector<Target>& before) {
  const auto record = [&](const Group& group, const std::string& id, const Group::Member& member) {
    const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
    rerouted_.push_back({Why::rerouted, id, group.receiver, group.key, state, {}, member.owed, member.at});
  };
  const auto names = [](const std::vector<Target>& targets, const std::string& receiver) {
    std::set<std::string> out;
    for (const auto& one : targets) {
      if (one.receiver == receiver) out.insert(one.name);
    }
    return out;
  };
  for (const auto& [text, group] : old) {
    for (const auto& [id, member] : group->members) {
      if (member.owed) record(*group, id, member);
    }
  }
  for (const auto& [text, group] : groups_) {
    const auto owes = [](const auto& one) { return one.second.owed != 0; };
    if (std::ranges::none_of(group->members, owes) || names(before, group->receiver) == names(config_.targets, group->receiver)) continue;
    for (auto& [id, member] : group->members) {
      if (member.owed) record(*group, id, member);
    }
  }
  std::ranges::sort(rerouted_, {}, [](const auto& one) { return std::tie(one.offset, one.alert_id, one.receiver, one.group_key); });
}

std::uint32_t Groups::targets_of(const std::string& receiver) const {
  return static_cast<std::uint32_t>(std::ranges::count(config_.targets, receiver, &Target::receiver));
}

void Groups::owe(Group::Member& member, model::Offset offset) {
  if (member.owed) return;
  member.owed = offset;
  owed_.insert(offset);
}

void Groups::settle(Group::Member& member) {
  if (member.owed) owed_.erase(owed_.find(member.owed));
  member.owed = 0;
}

// ---- what happens

void Groups::step(const model::Record& record, const std::vector<Change>& changes, Output& out) {
  for (const auto& change : changes) {
    if (change.kind == Change::Kind::resolved) ending_[change.alert.id] = &change;
  }
  for (auto& one : rerouted_) {
    one.offset = record.offset, one.at = record.at;
    out.suppressed.push_back(std::move(one));
  }
  rerouted_.clear();
  for (const auto& change : changes) {
    run_timers(change.at, false, record.offset, out);
    out.owes.push_back(take(change, out));
  }
  run_timers(record.at, false, record.offset, out);
  obey(record, out);
  run_timers(record.at, true, record.offset, out);
  ending_.clear();
}

std::uint32_t Groups::take(const Change& change, Output& out) {
  if (change.kind == Change::Kind::repeated) return 0;
  std::uint32_t owes = 0;
  const auto& alert = change.alert;
  if (change.kind == Change::Kind::fired) inhibition_.fired(alert.labels);
  std::vector<std::string> joined;  // a rule may name a receiver twice: it is told once
  for (const auto& place : places(alert)) {
    if (alert.late) {
      if (change.kind == Change::Kind::fired) out.suppressed.push_back({Why::late, alert.id, place.receiver, place.key, alert.state, {}, change.offset, change.at});
      continue;
    }
    const auto known = groups_.find(place.text());
    if (change.kind == Change::Kind::resolved && (known == groups_.end() || !known->second->members.contains(alert.id))) continue;
    const auto here = join(group_at(place, alert), change);
    if (std::ranges::find(joined, place.text()) == joined.end()) owes += here;
    joined.push_back(place.text());
  }
  if (change.kind == Change::Kind::resolved) note_end(change);
  return owes;
}

void Groups::note_end(const Change& change) {
  const auto& labels = change.alert.labels;
  acknowledged_.erase(change.alert.id);
  if (inhibition_.ended(labels)) look_again(Why::inhibited, change.at);
  for (const auto& id : silences_.until_resolved(labels, change.at)) {
    const auto* silence = silences_.find(id);
    const bool still = std::ranges::any_of(instances_.all(), [&](const auto& one) { return silence->matches(one.second.alert.labels); });
    if (!still && silences_.expire(id, change.at)) look_again(Why::silenced, change.at);
  }
}

// How many it is to be told.
std::uint32_t Groups::join(Group& group, const Change& change) {
  const auto& node = tree_->node(group.node);
  auto& member = group.members[change.alert.id];
  member.id = {change.alert.rule, change.alert.key};
  if (change.kind == Change::Kind::resolved) member.ended = std::make_unique<Change>(change);
  member.news = member.news || change.kind == Change::Kind::stage_changed;
  member.kind = change.kind == Change::Kind::released ? Change::Kind::fired : change.kind;
  member.offset = change.offset, member.at = change.at;
  const auto owes = targets_of(group.receiver);
  if (owes > 0) owe(member, change.offset);
  if (group.flushed) {
    if (node.interval == Duration::zero()) schedule(group, change.at);
    return owes;
  }
  // What has been so for longer than the wait does not wait again (Alertmanager's rule).
  const bool old = change.alert.starts_at + node.wait < change.at;
  const auto when = old ? change.at : change.at + node.wait;
  if (!group.next || when < *group.next) schedule(group, when);
  return owes;
}

void Groups::obey(const model::Record& record, Output& out) {
  if (const auto* set = std::get_if<model::SetSilence>(&record.payload)) {
    auto silence = model::parse_silence(set->silence);
    if (!silence) return;  // the API wrote it: a record that does not read back is damage, and the frame's CRC says there is none
    silence->updated_at = record.at;
    silences_.set(std::move(*silence), record.at);
    look_again(Why::silenced, record.at);
  } else if (const auto* expire = std::get_if<model::ExpireSilence>(&record.payload)) {
    if (silences_.expire(expire->id, record.at)) look_again(Why::silenced, record.at);
  } else if (const auto* ack = std::get_if<model::Acknowledge>(&record.payload)) {
    acknowledge(*ack, record, out);
  }
}

// Nobody is reminded of it from here on: that is what is recorded.
void Groups::acknowledge(const model::Acknowledge& ack, const model::Record& record, Output& out) {
  const auto live = std::ranges::find(instances_.all(), ack.alert_id, [](const auto& one) { return one.second.alert.id; });
  if (live == instances_.all().end()) return;
  acknowledged_[ack.alert_id] = ack;
  for (const auto& place : places(live->second.alert)) {
    const auto group = groups_.find(place.text());
    if (group == groups_.end()) continue;
    const auto member = group->second->members.find(ack.alert_id);
    if (member == group->second->members.end()) continue;
    keep(*group->second, ack.alert_id, member->second, {Why::acknowledged, {ack.by}}, record.at, record.offset, out);
  }
}

// ---- time

void Groups::schedule(Group& group, std::optional<Time> when) {
  if (group.next) timers_.erase({*group.next, group.order});
  group.next = when;
  if (!when) return;
  group.order = next_order_++;
  timers_[{*when, group.order}] = &group;
}

std::optional<Time> Groups::next_due() const {
  auto due = silences_.next_end();
  if (!timers_.empty() && (!due || timers_.begin()->first.first < *due)) due = timers_.begin()->first.first;
  return due;
}

void Groups::run_timers(Time until, bool inclusive, model::Offset offset, Output& out) {
  for (;;) {
    const auto due = next_due();
    if (!due || *due > until || (!inclusive && *due == until)) return;
    if (silences_.next_end() == due) {
      silences_.advance(*due);
      look_again(Why::silenced, *due);
      continue;
    }
    auto& group = *timers_.begin()->second;
    schedule(group, std::nullopt);
    flush(group, *due, offset, out);
  }
}

// What kept alerts back may be over: groups that do not look by themselves look now.
void Groups::look_again(Why why, Time now) {
  for (auto& [number, group] : waiting_) {
    const auto kept = [&](const auto& one) { return one.second.recorded / 2 == static_cast<int>(why); };
    if (std::ranges::any_of(group->members, kept) && (!group->next || *group->next > now)) schedule(*group, now);
  }
}

// ---- telling

std::optional<Change> Groups::state_of(const std::string& alert_id, const Group::Member& member) const {
  if (member.ended) return *member.ended;
  const auto live = instances_.all().find(member.id);
  if (live != instances_.all().end() && live->second.alert.id == alert_id) return Change{member.kind, live->second.alert, member.offset, member.at};
  // It ends later in this very step: here it still fires.
  const auto ending = ending_.find(alert_id);
  if (ending == ending_.end()) return std::nullopt;
  Change change{member.kind, ending->second->alert, member.offset, member.at};
  change.alert.state = model::AlertState::firing;
  change.alert.reason = model::EndReason::none;
  change.alert.ends_at.reset();
  return change;
}

std::vector<std::string> Groups::muting(const RouteNode& node, Time now) const {
  std::vector<std::string> names;
  const auto contains = [&](const std::string& name) {
    const auto* interval = config_.routing->interval(name);
    return interval && interval->contains(now);
  };
  for (const auto& name : node.mute) if (contains(name)) names.push_back(name);
  if (!node.active.empty() && std::ranges::none_of(node.active, contains)) names.insert(names.end(), node.active.begin(), node.active.end());
  return names;
}

std::optional<Groups::Kept> Groups::keep_back(const Change& change, const std::vector<std::string>& muted, Time now) const {
  if (!change.alert.inhibited_by.empty()) return Kept{Why::inhibited, change.alert.inhibited_by};
  if (auto by = inhibition_.inhibiting(change.alert.labels); !by.empty()) return Kept{Why::inhibited, std::move(by)};
  if (!muted.empty()) return Kept{Why::muted, muted};
  if (auto by = silences_.silencing(change.alert.labels, now); !by.empty()) return Kept{Why::silenced, std::move(by)};
  return std::nullopt;
}

void Groups::keep(const Group& group, const std::string& alert_id, Group::Member& member, Kept kept, Time now, model::Offset offset, Output& out) {
  const auto sign = static_cast<std::uint8_t>(static_cast<int>(kept.why) * 2 + (member.ended ? 1 : 0));
  if (std::exchange(member.recorded, sign) == sign && !member.owed) return;
  const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
  out.suppressed.push_back({kept.why, alert_id, group.receiver, group.key, state, std::move(kept.by), offset, now});
}

Groups::Telling Groups::gather(Group& group, Time now, model::Offset offset, Output& out) {
  Telling telling;
  const auto muted = muting(tree_->node(group.node), now);
  telling.muted = !muted.empty();
  std::set<std::uint64_t> firing_labels;
  for (auto& [id, member] : group.members) {
    auto change = state_of(id, member);
    if (!change) continue;
    if (auto kept = keep_back(*change, muted, now)) {
      telling.kept_back = telling.kept_back || !member.ended;
      keep(group, id, member, std::move(*kept), now, offset, out);
      continue;
    }
    if (!acknowledged_.contains(id)) member.recorded = 0;
    if (member.owed) telling.owed.insert(id);
    telling.news = telling.news || member.news;
    (member.ended ? telling.resolved : telling.firing).push_back(number_of(id));
    if (!member.ended) firing_labels.insert(model::fingerprint(change->alert.labels));
    if (!member.ended && !acknowledged_.contains(id)) telling.all_acknowledged = false;
    telling.changes.push_back(std::move(*change));
  }
  // One that ended and fires anew is told as firing.
  std::erase_if(telling.changes, [&](const Change& change) {
    const bool refired = change.alert.state == model::AlertState::resolved && firing_labels.contains(model::fingerprint(change.alert.labels));
    if (refired && telling.owed.contains(change.alert.id)) out.suppressed.push_back({Why::refired, change.alert.id, group.receiver, group.key, change.alert.state, {}, offset, now});
    return refired;
  });
  std::ranges::sort(telling.changes, {}, [](const Change& change) { return std::tie(change.alert.opened_by, change.alert.ends_at, change.alert.id); });
  std::ranges::sort(telling.firing);
  std::ranges::sort(telling.resolved);
  return telling;
}

void Groups::flush(Group& group, Time now, model::Offset offset, Output& out) {
  if (group.members.empty()) {
    waiting_.erase(group.number);
    groups_.erase(group.receiver + '\n' + group.key);
    return;
  }
  group.flushed = true;
  const auto telling = gather(group, now, offset, out);
  for (const auto& target : config_.targets) {
    if (target.receiver == group.receiver && !telling.changes.empty()) tell(group, target, telling, now, offset, out);
  }
  for (auto& [id, member] : group.members) settle(member);
  std::erase_if(group.members, [&](const auto& one) { return one.second.ended || !state_of(one.first, one.second); });
  for (auto& [id, member] : group.members) member.news = false;
  rest(group, telling, now);
}

void Groups::tell(Group& group, const Target& target, const Telling& telling, Time now, model::Offset offset, Output& out) {
  const auto hash = fnv1a(target.name);
  const auto found = std::ranges::find(group.told, hash, &Group::Told::target);
  const bool known = found != group.told.end();
  const auto& repeat = tree_->node(group.node).repeat;
  // Alertmanager's DedupStage.needsUpdate.
  const bool wanted = !known                                     ? !telling.firing.empty()
                      : !within(telling.firing, found->firing)   ? true
                      : telling.firing.empty()                   ? !found->firing.empty()
                      : telling.news                             ? true
                      : target.send_resolved && !within(telling.resolved, found->resolved) ? true
                                                                 : found->at + repeat <= now && !telling.all_acknowledged;
  Routed routed{target.name, {group.receiver, group.key, {}, {}}, now};
  if (!wanted) return leave_out(group, target, telling, routed.message, now, offset, out);
  auto& told = known ? *found : group.told.emplace_back();
  told = {hash, telling.firing, telling.resolved, now};
  routed.message.group_labels = labels_of(group);
  for (const auto& change : telling.changes) {
    if (target.wants(change.alert)) routed.message.changes.push_back(change);
  }
  leave_out(group, target, telling, routed.message, now, offset, out);
  if (!routed.message.changes.empty()) out.messages.push_back(std::move(routed));
}

// Every transition that a target is not told has a record of its own, so that the ledger balances for each.
void Groups::leave_out(const Group& group, const Target& target, const Telling& telling, const model::Message& message, Time now, model::Offset offset, Output& out) {
  if (telling.owed.empty()) return;
  std::set<std::string_view> told;
  for (const auto& change : message.changes) told.insert(change.alert.id);
  for (const auto& change : telling.changes) {
    const auto& alert = change.alert;
    if (told.contains(alert.id) || !telling.owed.contains(alert.id)) continue;
    const auto why = alert.state == model::AlertState::firing ? Why::known : !target.wants(alert) ? Why::unwanted : Why::untold;
    out.suppressed.push_back({why, alert.id, target.name, group.key, alert.state, {}, offset, now});
  }
}

// When to look again. A group that ticks does so while it is there, once more when it is empty; an alert by itself waits for its reminder.
void Groups::rest(Group& group, const Telling& telling, Time now) {
  const auto& node = tree_->node(group.node);
  if (node.interval > Duration::zero()) return schedule(group, now + node.interval);
  waiting_.erase(group.number);
  if (group.members.empty()) {
    groups_.erase(group.receiver + '\n' + group.key);
    return;
  }
  if (telling.kept_back) waiting_[group.number] = &group;
  std::optional<Time> next;
  if (telling.muted && telling.kept_back) next = next_minute(now);
  if (!telling.firing.empty() && !telling.all_acknowledged) {
    for (const auto& told : group.told) {
      const auto due = told.at + node.repeat;
      if (due > now && (!next || due < *next)) next = due;
    }
  }
  schedule(group, next);
}

Groups::Status Groups::status(const model::Alert& alert, Time now) const {
  Status status;
  for (const auto& place : places(alert)) {
    if (std::ranges::find(status.receivers, place.receiver) == status.receivers.end()) status.receivers.push_back(place.receiver);
    for (auto& name : muting(tree_->node(place.node), now)) status.muted_by.push_back(std::move(name));
  }
  status.silenced_by = silences_.silencing(alert.labels, now);
  status.inhibited_by = inhibition_.inhibiting(alert.labels);
  status.inhibited_by.insert(status.inhibited_by.end(), alert.inhibited_by.begin(), alert.inhibited_by.end());
  if (const auto ack = acknowledged_.find(alert.id); ack != acknowledged_.end()) status.acknowledged = ack->second;
  return status;
}

std::vector<const Group*> Groups::all() const {
  std::vector<const Group*> out;
  for (const auto& [text, group] : groups_) {
    if (!group->members.empty()) out.push_back(group.get());
  }
  std::ranges::sort(out, {}, [](const Group* group) { return std::tie(group->node, group->receiver, group->key); });
  return out;
}

}  // namespace alarum::alert
