#include "alert/dispatcher.h"

#include <algorithm>

#include "base/hash.h"

namespace alarum::alert {
namespace {

using model::Change;

constexpr std::size_t kCrowd = 100;
// About ten times what a look at one takes
constexpr Duration kLookPerMember = std::chrono::microseconds(100);

// Without its severity the labels of an instance stay the same when it escalates, and so does its
// group.
model::Labels without_severity(model::Labels labels) {
  labels.erase("severity");
  return labels;
}

std::string text_of(const model::Labels& labels) {
  model::Matchers same;
  for (const auto& [name, value] : labels)
    same.push_back(*model::Matcher::make(name, model::Matcher::Op::equal, value));
  return model::to_text(same);
}

model::Labels part_of(const model::Labels& labels, const std::vector<std::string>& names) {
  model::Labels out;
  for (const auto& name : names) {
    if (const auto found = labels.find(name); found != labels.end()) out.insert(*found);
  }
  return out;
}

std::string own_key(const model::Alert& alert) {
  return std::string(model::kOwnGroups) +
         (alert.rule.empty() ? alert.labels.at("alertname") : alert.rule) + '{' + alert.key + '}';
}

}  // namespace

// ---- where alerts belong

std::vector<Dispatcher::Place> Dispatcher::places(const model::Alert& alert) const {
  std::vector<Place> out;
  if (is_own(alert)) {
    for (const auto& receiver : own_receivers_) out.push_back({0, receiver, own_key(alert)});
    return out;
  }
  const auto* named = receivers_(alert);
  for (const auto index : tree_->match(alert.labels)) {
    const auto& node = tree_->node(index);
    auto key = node.each_alone ? alert.rule + '{' + alert.key + '}'
                               : text_of(part_of(alert.labels, node.group_by));
    if (index > 0 || !node.each_alone) key = node.key + ':' + key;
    if (!named || named->empty())
      out.push_back({index, node.receiver, key});
    else
      for (const auto& receiver : *named) out.push_back({index, receiver, key});
    // The rule's word replaces all routes; the first says how it is grouped
    if (named && !named->empty()) break;
  }
  return out;
}

Group& Dispatcher::group_at(const Place& place, const model::Alert& alert) {
  auto& slot = groups_[place.text()];
  if (slot && !slot->members.empty()) return *slot;
  if (!slot) {
    slot = std::make_unique<Group>();
    slot->receiver = place.receiver;
    slot->key = place.key;
    slot->number = next_number_++;
  }
  slot->node = place.node;
  const auto& node = tree_->node(place.node);
  if (!node.each_alone) slot->labels = part_of(alert.labels, node.group_by);
  return *slot;
}

model::Labels Dispatcher::labels_of(const Group& group) const {
  if (!tree_->node(group.node).each_alone || group.members.empty()) return group.labels;
  const auto& [id, member] = *group.members.rbegin();
  const auto change = state_of(id, member);
  return change ? without_severity(change->alert.labels) : group.labels;
}

std::vector<Recipient> Dispatcher::recipients(const model::Alert& alert) const {
  std::vector<Recipient> out;
  const auto number = std::stoull(alert.id, nullptr, 16);
  for (const auto& place : places(alert)) {
    const auto group = groups_.find(place.text());
    if (group == groups_.end()) continue;
    for (const auto& target : config_.targets) {
      const auto told =
          std::ranges::find(group->second->told, fnv1a(target.name), &Group::Told::target);
      const bool knows = target.receiver == place.receiver && told != group->second->told.end() &&
                         std::ranges::binary_search(told->firing, number);
      if (knows) out.push_back({target.name, place.key, labels_of(*group->second)});
    }
  }
  return out;
}

std::vector<Recipient> Dispatcher::receivers(const model::Alert& alert) const {
  std::vector<Recipient> out;
  for (auto& place : places(alert)) {
    out.push_back({std::move(place.receiver), std::move(place.key), {}});
  }
  return out;
}

model::Labels Dispatcher::labels_in(const model::Alert& alert, const std::string& group_key) const {
  for (const auto& place : places(alert)) {
    const auto& node = tree_->node(place.node);
    if (place.key == group_key && !node.each_alone) return part_of(alert.labels, node.group_by);
  }
  return without_severity(alert.labels);
}

std::uint32_t Dispatcher::targets_of(const std::string& receiver) const {
  const auto found = targets_.find(receiver);
  return found == targets_.end() ? 0 : static_cast<std::uint32_t>(found->second.size());
}

void Dispatcher::owe(Group::Member& member, model::Offset offset) {
  if (member.owed && member.owed <= offset) return;
  settle(member);
  member.owed = offset;
  owed_.insert(offset);
}

void Dispatcher::settle(Group::Member& member) {
  if (member.owed) owed_.erase(owed_.find(member.owed));
  member.owed = 0;
}

// ---- what happens

void Dispatcher::step(const model::Record& record, const std::vector<Change>& changes,
                      Output& out) {
  ending_.clear();  // an exception may have left those of the record before
  if (record.ahead > std::exchange(ahead_, record.ahead)) {
    for (const auto& id : silences_.rewind(record.arrived()))
      look_again({Why::silenced, id}, record.at);
    ++epoch_;
  }
  until_ = record.at;
  for (const auto& change : changes) {
    if (change.kind == Change::Kind::resolved) ending_[change.alert.id] = &change;
    // Before the timers, which see the alerts as they are after this step
    if (model::is_held(change.alert)) ++epoch_;
  }
  for (auto& one : config_changed_) {
    one.offset = record.offset, one.at = record.at;
    out.suppressed.push_back(std::move(one));
  }
  config_changed_.clear();
  for (const auto& change : changes) {
    run_timers(change.at, false, record.offset, out);
    // A notification is not older than what it tells of: by that the book knows who was notified.
    now_ = std::max(now_, change.at);
    out.owes.push_back(take(change, out));
  }
  run_timers(record.at, false, record.offset, out);
  obey(record);
  run_timers(record.at, true, record.offset, out);
  now_ = record.at;
  ending_.clear();
}

std::uint32_t Dispatcher::take(const Change& change, Output& out) {
  if (change.kind == Change::Kind::repeated) {
    // Nothing is new, but that its rule may keep it back no more: it may have been told before, and
    // is to be reminded of.
    const auto& alert = change.alert;
    for (const auto& [why, holds] : {std::pair(Why::inhibited, !alert.inhibited_by.empty()),
                                     std::pair(Why::absorbed, !alert.absorbed.empty()),
                                     std::pair(Why::waiting, !alert.waiting.empty())}) {
      if (!holds) look_again({why, alert.id}, change.at);
    }
    return 0;
  }
  if (model::is_about_care(change.kind)) return note_care(change, out), 0;
  const auto& alert = change.alert;
  std::uint32_t owes = 0;
  if (change.kind == Change::Kind::fired && inhibition_.fired(alert.labels)) ++epoch_;
  std::vector<std::string> joined;  // a rule may name a receiver twice: it is told once
  for (const auto& place : places(alert)) {
    if (alert.late) {
      if (change.kind == Change::Kind::fired)
        out.suppressed.push_back({Why::late,
                                  alert.id,
                                  place.receiver,
                                  place.key,
                                  alert.state,
                                  {},
                                  change.offset,
                                  change.at});
      continue;
    }
    if (logs(place)) {
      log_only(change, place, out);
      continue;
    }
    const auto known = groups_.find(place.text());
    if (change.kind == Change::Kind::resolved &&
        (known == groups_.end() || !known->second->members.contains(alert.id)))
      continue;
    const auto here = join(group_at(place, alert), change);
    if (std::ranges::find(joined, place.text()) == joined.end()) owes += here;
    joined.push_back(place.text());
  }
  if (change.kind == Change::Kind::resolved) note_end(change);
  return owes;
}

// A line for each transition that people would be notified of, and a record that nobody was.
void Dispatcher::log_only(const Change& change, const Place& place, Output& out) {
  if (change.kind == Change::Kind::released) return;  // its line was written as it fired
  out.suppressed.push_back({Why::logged,
                            change.alert.id,
                            place.receiver,
                            place.key,
                            change.alert.state,
                            {},
                            change.offset,
                            change.at});
  const bool again = !out.logged.empty() && out.logged.back().alert.id == change.alert.id &&
                     out.logged.back().kind == change.kind;
  if (!again) out.logged.push_back(change);
}

void Dispatcher::note_end(const Change& change) {
  const auto& labels = change.alert.labels;
  if (inhibition_.ended(labels))
    look_again({Why::inhibited, hex64(model::fingerprint(labels))}, change.at);
  for (const auto& id : silences_.until_resolved(labels, wall(change.at))) {
    const auto* silence = silences_.find(id);
    if (!fits_any(*silence) && silences_.expire(id, wall(change.at)))
      look_again({Why::silenced, id}, change.at);
  }
}

// Once around all alerts that fire, from the one on that it fitted last time: as they end one after
// the other, each is looked at once.
bool Dispatcher::fits_any(const model::Silence& silence) {
  const auto& all = active_alerts_.all();
  const auto witness = witnesses_.find(silence.id);
  const auto from = witness == witnesses_.end() ? all.begin() : all.lower_bound(witness->second);
  const auto fits = [&](const auto& one) {
    return ++looks_, silence.matches(one.second.alert.labels);
  };
  auto found = std::find_if(from, all.end(), fits);
  if (found == all.end() && (found = std::find_if(all.begin(), from, fits)) == from)
    return witnesses_.erase(silence.id), false;
  witnesses_[silence.id] = found->first;
  return true;
}

// How many it is to be told.
std::uint32_t Dispatcher::join(Group& group, const Change& change) {
  const auto& node = tree_->node(group.node);
  group.quiet.reset();
  auto& member = group.members[change.alert.id];
  // What was held back and is released has waited since it fired.
  const auto since =
      change.kind == Change::Kind::released && member.at != Time() ? member.at : change.at;
  member.id = {change.alert.rule, change.alert.key};
  if (change.kind == Change::Kind::resolved) member.ended = std::make_unique<Change>(change);
  member.news = member.news || change.kind == Change::Kind::stage_changed;
  member.kind = change.kind == Change::Kind::released ? Change::Kind::fired : change.kind;
  member.offset = change.offset, member.at = change.at;
  const auto owes = targets_of(group.receiver);
  if (owes > 0) owe(member, change.offset);
  if (group.flushed) {
    look_next(group, change.at);
    if (node.news && change.kind != Change::Kind::resolved)
      look_by(group, change.kind == Change::Kind::released ? change.at : change.at + *node.news);
    return owes;
  }
  // What was posted to us and has been so for longer than the wait does not wait again
  // (Alertmanager's rule). Of an alert of ours the wait counts from its firing, however long its
  // condition held before that.
  const bool old =
      change.alert.rule.empty() && change.alert.starts_at + node.wait < wall(change.at);
  look_by(group, old ? change.at : std::max(change.at, since + node.wait));
  return owes;
}

void Dispatcher::obey(const model::Record& record) {
  if (const auto* set = std::get_if<model::SetSilence>(&record.payload)) {
    auto silence = model::parse_silence(set->silence);
    // The API wrote it: a record that does not read back is damage, and the frame's CRC says there
    // is none
    if (!silence) return;
    silence->updated_at = record.arrived();
    const auto id = silence->id;
    silences_.set(std::move(*silence), record.arrived());
    look_again({Why::silenced, id}, record.at);
  } else if (const auto* expire = std::get_if<model::ExpireSilence>(&record.payload)) {
    if (silences_.expire(expire->id, record.arrived()))
      look_again({Why::silenced, expire->id}, record.at);
  }
}

// Nobody is reminded of it from here on: that is what is recorded. Or reminders resume: one that
// would have come meanwhile comes at once.
void Dispatcher::note_care(const Change& change, Output& out) {
  std::set<Group*> groups;  // a rule may name a receiver twice; never walked over
  for (const auto& place : places(change.alert)) {
    const auto found = groups_.find(place.text());
    if (found == groups_.end() || !found->second->members.contains(change.alert.id) ||
        !groups.insert(found->second.get()).second)
      continue;
    auto& group = *found->second;
    auto& member = group.members.at(change.alert.id);
    group.quiet.reset();
    if (change.kind == Change::Kind::acknowledged) {
      keep(group, change.alert.id, member, {Why::acknowledged, {change.by}}, change.at,
           change.offset, out);
    } else {
      member.recorded = 0;
      if (group.flushed) look_next(group, change.at);
    }
    notify_care(group, change, out);
  }
}

// Whoever asks for it, and was notified that the alert fires; not while something suppresses it.
void Dispatcher::notify_care(Group& group, const Change& change, Output& out) const {
  const auto targets = targets_.find(group.receiver);
  if (targets == targets_.end() ||
      keep_back(change.alert, muting(tree_->node(group.node), wall(change.at)), wall(change.at)))
    return;
  const auto number = std::stoull(change.alert.id, nullptr, 16);
  for (const auto* target : targets->second) {
    const auto told = std::ranges::find(group.told, fnv1a(target->name), &Group::Told::target);
    if (!target->notify_ack || told == group.told.end() ||
        !std::ranges::binary_search(told->firing, number))
      continue;
    out.messages.push_back(
        {target->name, {group.receiver, group.key, labels_of(group), {change}}, change.at});
  }
}

// ---- time

void Dispatcher::schedule(Group& group, std::optional<Time> when) {
  if (group.next) timers_.erase({*group.next, group.order});
  group.next = when;
  if (!when) return;
  group.order = next_order_++;
  timers_[{*when, group.order}] = &group;
}

std::optional<Time> Dispatcher::next_silence_end() const {
  const auto end = silences_.next_end();
  return end ? std::optional(*end + ahead_) : std::nullopt;
}

std::optional<Time> Dispatcher::next_due() const {
  auto due = next_silence_end();
  if (!timers_.empty() && (!due || timers_.begin()->first.first < *due))
    due = timers_.begin()->first.first;
  return due;
}

void Dispatcher::run_timers(Time until, bool inclusive, model::Offset offset, Output& out) {
  for (;;) {
    const auto due = next_due();
    if (!due || *due > until || (!inclusive && *due == until)) return;
    // Where the wall clock leapt, silences ended before the newest record
    const auto now = std::max(*due, now_);
    if (next_silence_end() == due) {
      for (const auto& id : silences_.advance(wall(now))) look_again({Why::silenced, id}, now);
      continue;
    }
    auto& group = *timers_.begin()->second;
    schedule(group, std::nullopt);
    flush(group, now, offset, out);
  }
}

// What kept alerts back may be over: groups that do not look by themselves look now.
void Dispatcher::look_again(const Waiting::Cause& cause, Time now) {
  ++epoch_;
  for (const auto& [number, group] : waiting_.of(cause)) look_soon(*group, now);
}

// At once; of a crowd so much later that the changes of some time are one look.
void Dispatcher::look_soon(Group& group, Time now) {
  const auto when = group.members.size() < kCrowd
                        ? now
                        : now + kLookPerMember * static_cast<std::int64_t>(group.members.size());
  if (!group.next || when <= *group.next) schedule(group, when);
}

void Dispatcher::look_by(Group& group, Time when) {
  if (!group.next || when < *group.next) schedule(group, when);
}

// At once, or at the next tick. Ticks were left out, as long as nothing happened: this one is not.
void Dispatcher::look_next(Group& group, Time now) {
  const auto& interval = tree_->node(group.node).interval;
  if (interval == Duration::zero())
    look_soon(group, now);
  else if (group.next && *group.next - now > interval)
    schedule(group, *group.next - (*group.next - now) / interval * interval);
}

Dispatcher::Status Dispatcher::status(const model::Alert& alert, Time now) const {
  Status status;
  for (const auto& place : places(alert)) {
    if (std::ranges::find(status.receivers, place.receiver) == status.receivers.end())
      status.receivers.push_back(place.receiver);
    for (auto& name : muting(tree_->node(place.node), now))
      status.muted_by.push_back(std::move(name));
  }
  status.silenced_by = silences_.silencing(alert.labels, now);
  status.inhibited_by = inhibition_.inhibiting(alert.labels);
  for (const auto* rules : {&alert.inhibited_by, &alert.absorbed, &alert.waiting})
    status.inhibited_by.insert(status.inhibited_by.end(), rules->begin(), rules->end());
  return status;
}

std::vector<Dispatcher::Name> Dispatcher::names() const {
  std::vector<Name> out;
  out.reserve(groups_.size());
  for (const auto& [text, group] : groups_) {
    if (!group->members.empty()) out.push_back({group->node, group->receiver, group->key});
  }
  return out;
}

const Group* Dispatcher::find(const Name& name) const {
  const auto found = groups_.find(Place{name.node, name.receiver, name.key}.text());
  return found == groups_.end() || found->second->node != name.node ? nullptr : found->second.get();
}

}  // namespace alarum::alert
