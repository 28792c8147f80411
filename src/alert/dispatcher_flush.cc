// A look at a group: what keeps alerts back, who is told of the others, and when to look again.
#include <algorithm>
#include <set>

#include "alert/dispatcher.h"
#include "base/hash.h"

namespace alarum::alert {
namespace {

std::uint64_t number_of(const std::string& alert_id) {
  return std::stoull(alert_id, nullptr, 16);
}

bool within(const std::vector<std::uint64_t>& part, const std::vector<std::uint64_t>& whole) {
  return std::ranges::includes(whole, part);
}

Time next_minute(Time now) {
  return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1);
}

}  // namespace

using model::Change;

// What one look at a group found to tell.
struct Dispatcher::FlushPlan {
  std::vector<Change> changes;                            // by the order in which the alerts fired
  std::vector<std::uint64_t> firing, resolved, absorbed;  // absorbed: that fire, and are not told
  std::set<std::string> owed;  // alerts with a transition that somebody is to be told
  bool news = false;
  bool all_acknowledged = true;        // of those that fire
  std::set<Waiting::Cause> kept_back;  // what keeps those back that fire
  bool muted = false;
  bool waits = false;  // some wait for a roll-up, or are in one
};

std::optional<Change> Dispatcher::state_of(const std::string& alert_id,
                                           const Group::Member& member) const {
  if (member.ended) return *member.ended;
  const auto live = active_alerts_.all().find(member.id);
  if (live != active_alerts_.all().end() && live->second.alert.id == alert_id)
    return Change{member.kind, live->second.alert, member.offset, member.at};
  // It ends later in this very step: here it still fires.
  const auto ending = ending_.find(alert_id);
  if (ending == ending_.end()) return std::nullopt;
  Change change{member.kind, ending->second->alert, member.offset, member.at};
  change.alert.state = model::AlertState::firing;
  change.alert.reason = model::EndReason::none;
  change.alert.ends_at.reset();
  return change;
}

std::vector<std::string> Dispatcher::muting(const RouteNode& node, Time wall) const {
  std::vector<std::string> names;
  const auto contains = [&](const std::string& name) {
    const auto* interval = config_.routing->interval(name);
    return interval && interval->contains(wall);
  };
  for (const auto& name : node.mute)
    if (contains(name)) names.push_back(name);
  if (!node.active.empty() && std::ranges::none_of(node.active, contains))
    names.insert(names.end(), node.active.begin(), node.active.end());
  return names;
}

std::optional<Dispatcher::Kept> Dispatcher::keep_back(const model::Alert& alert,
                                                      const std::vector<std::string>& muted,
                                                      Time wall) const {
  if (!alert.absorbed.empty()) return Kept{Why::absorbed, alert.absorbed};
  if (!alert.waiting.empty()) return Kept{Why::waiting, alert.waiting};
  if (!alert.inhibited_by.empty()) return Kept{Why::inhibited, alert.inhibited_by};
  return keep_back(alert.labels, muted, wall);
}

std::optional<Dispatcher::Kept> Dispatcher::keep_back(const model::Labels& labels,
                                                      const std::vector<std::string>& muted,
                                                      Time wall) const {
  if (auto by = inhibition_.inhibiting(labels); !by.empty())
    return Kept{Why::inhibited, std::move(by)};
  if (!muted.empty()) return Kept{Why::muted, muted};
  if (auto by = silences_.silencing(labels, wall); !by.empty())
    return Kept{Why::silenced, std::move(by)};
  return std::nullopt;
}

// In a group of another config no time is a mute time.
std::optional<Dispatcher::Kept> Dispatcher::kept_back(const model::Alert& alert,
                                                      const std::string& group_key,
                                                      Time now) const {
  std::vector<std::string> muted;
  for (const auto& place : places(alert)) {
    if (place.key == group_key) muted = muting(tree_->node(place.node), now);
  }
  return keep_back(alert.labels, muted, now);
}

void Dispatcher::keep(const Group& group, const std::string& alert_id, Group::Member& member,
                      Kept kept, Time now, model::Offset offset, Output& out) {
  const auto sign =
      static_cast<std::uint8_t>(static_cast<int>(kept.why) * 2 + (member.ended ? 1 : 0));
  if (std::exchange(member.recorded, sign) == sign && !member.owed) return;
  const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
  out.suppressed.push_back(
      {kept.why, alert_id, group.receiver, group.key, state, std::move(kept.by), offset, now});
}

Dispatcher::FlushPlan Dispatcher::gather(Group& group, Time now, model::Offset offset,
                                         Output& out) {
  FlushPlan telling;
  const auto muted = muting(tree_->node(group.node), wall(now));
  telling.muted = !muted.empty();
  std::set<std::uint64_t> firing_labels;
  looks_ += group.members.size();
  for (auto& [id, member] : group.members) {
    auto change = state_of(id, member);
    if (!change) continue;
    if (!member.ended && about_to_end_.contains(id)) {
      telling.absorbed.push_back(number_of(id));  // who was notified of it is so of its end
      continue;
    }
    if (auto kept = keep_back(change->alert, muted, wall(now))) {
      if (kept->why == Why::absorbed || kept->why == Why::waiting) telling.waits = true;
      if (kept->why == Why::absorbed && !member.ended) telling.absorbed.push_back(number_of(id));
      // By its own rule: it is released with a change of its own.
      if (!member.ended)
        telling.kept_back.emplace(kept->why, model::is_held(change->alert) ? id : kept->by.front());
      keep(group, id, member, std::move(*kept), now, offset, out);
      continue;
    }
    const bool acknowledged = !member.ended && change->alert.acknowledged;
    if (!acknowledged) member.recorded = 0;
    if (member.owed) telling.owed.insert(id);
    telling.news = telling.news || member.news;
    (member.ended ? telling.resolved : telling.firing).push_back(number_of(id));
    if (!member.ended) firing_labels.insert(model::fingerprint(change->alert.labels));
    if (!member.ended && !acknowledged) telling.all_acknowledged = false;
    telling.changes.push_back(std::move(*change));
  }
  // One that ended and fires anew is told as firing.
  std::erase_if(telling.changes, [&](const Change& change) {
    const bool refired = change.alert.state == model::AlertState::resolved &&
                         firing_labels.contains(model::fingerprint(change.alert.labels));
    if (refired && telling.owed.contains(change.alert.id))
      out.suppressed.push_back({Why::refired,
                                change.alert.id,
                                group.receiver,
                                group.key,
                                change.alert.state,
                                {},
                                offset,
                                now});
    return refired;
  });
  std::ranges::sort(telling.changes, {}, [](const Change& change) {
    return std::tie(change.alert.opened_by, change.alert.ends_at, change.alert.id);
  });
  std::ranges::sort(telling.firing);
  std::ranges::sort(telling.resolved);
  return telling;
}

void Dispatcher::flush(Group& group, Time now, model::Offset offset, Output& out) {
  if (group.members.empty()) {
    waiting_.set(group.number, group, {});
    groups_.erase(group.receiver + '\n' + group.key);
    return;
  }
  if (is_quiet(group, now)) {
    const auto interval = tree_->node(group.node).interval;
    return schedule(group, newest_in_step(now + interval, interval));
  }
  const auto telling = gather(group, now, offset, out);
  // Of a group in which all wait for roll-ups nobody was notified: what is released of it is its
  // first, and waits for no `group_interval`.
  group.flushed = group.flushed || !telling.waits || !telling.changes.empty();
  const auto targets = targets_.find(group.receiver);
  if (targets != targets_.end() && !telling.changes.empty()) {
    for (const auto* target : targets->second) tell(group, *target, telling, now, offset, out);
  }
  for (auto& [id, member] : group.members) {
    if (member.ended || !about_to_end_.contains(id)) settle(member);
  }
  std::erase_if(group.members, [&](const auto& one) {
    return one.second.ended || !state_of(one.first, one.second);
  });
  if (group.members.empty() && group.key.starts_with(model::kOwnGroups)) let_go(group.receiver);
  for (auto& [id, member] : group.members) member.news = false;
  group.quiet = quiet_after(group, telling, now);
  rest(group, telling, now);
}

bool Dispatcher::is_quiet(const Group& group, Time now) const {
  return group.quiet && group.quiet->epoch == epoch_ && now < group.quiet->until;
}

// Until the first reminder. What begins by itself as time passes, a mute time or a pending silence,
// lets no group be quiet.
std::optional<Group::Quiet> Dispatcher::quiet_after(const Group& group, const FlushPlan& telling,
                                                    Time now) const {
  const auto& node = tree_->node(group.node);
  const bool ticks = node.interval > Duration::zero() && node.mute.empty() && node.active.empty();
  if (!ticks || !telling.kept_back.empty() || !telling.resolved.empty() ||
      telling.firing.size() != group.members.size())
    return std::nullopt;
  if (std::ranges::any_of(silences_.all(), [today = wall(now)](const auto& one) {
        return one.second.starts_at > today;
      }))
    return std::nullopt;
  Group::Quiet quiet{epoch_, Time::max()};
  const auto targets = targets_.find(group.receiver);
  if (targets == targets_.end()) return quiet;
  for (const auto* target : targets->second) {
    const auto told = std::ranges::find(group.told, fnv1a(target->name), &Group::Told::target);
    if (told == group.told.end()) return std::nullopt;
    if (!telling.all_acknowledged) quiet.until = std::min(quiet.until, told->at + node.repeat);
  }
  return quiet;
}

void Dispatcher::tell(Group& group, const Target& target, const FlushPlan& telling, Time now,
                      model::Offset offset, Output& out) {
  const auto hash = fnv1a(target.name);
  const auto found = std::ranges::find(group.told, hash, &Group::Told::target);
  const bool known = found != group.told.end();
  const auto& repeat = tree_->node(group.node).repeat;
  auto ends = telling.resolved;
  for (const auto& change : telling.changes) {
    if (heard_of_end(target, change.alert)) std::erase(ends, number_of(change.alert.id));
  }
  // Alertmanager's DedupStage.needsUpdate.
  const bool news = !known                                   ? !telling.firing.empty()
                    : !within(telling.firing, found->firing) ? true
                    : telling.firing.empty()
                        ? !found->firing.empty()
                        : telling.news || (target.send_resolved && !within(ends, found->resolved));
  const bool reminds = known && !news && found->at + repeat <= now && now + repeat > until_ &&
                       !telling.all_acknowledged;
  const auto before = known ? found->at : now;
  // What nobody reported since the message before, and what only a time-out ends, is not known to
  // be still so: that is said once.
  const bool unconfirmed =
      reminds && std::ranges::all_of(telling.changes, [&](const Change& change) {
        return change.alert.acknowledged || is_unconfirmed(change, before);
      });
  Routed routed{target.name, {group.receiver, group.key, {}, {}}, now};
  if (unconfirmed && found->unconfirmed) found->at = now;
  if (!(news || reminds) || (unconfirmed && found->unconfirmed))
    return leave_out(group, target, telling, routed.message, now, offset, out);
  auto& told = known ? *found : group.told.emplace_back();
  auto knows = telling.firing;
  for (const auto number : telling.absorbed) {
    // Was notified before it became member of a roll-up, and will be of its end
    if (std::ranges::binary_search(told.firing, number)) knows.push_back(number);
  }
  std::ranges::sort(knows);
  told = {hash, std::move(knows), telling.resolved, now, unconfirmed};
  routed.message.group_labels = labels_of(group);
  for (const auto& change : telling.changes) {
    if (!target.wants(change.alert) || heard_of_end(target, change.alert)) continue;
    auto& added = routed.message.changes.emplace_back(change);
    if (reminds)
      added.kind =
          is_unconfirmed(change, before) ? Change::Kind::unconfirmed : Change::Kind::reminded,
      added.at = now;
  }
  leave_out(group, target, telling, routed.message, now, offset, out);
  if (!routed.message.changes.empty()) out.messages.push_back(std::move(routed));
}

// Of an end that the journal lost, and that was told before. Whoever is to be told of it in a group
// is so in each: of two groups of another config one may have taken the other's place.
bool Dispatcher::heard_of_end(const Target& target, const model::Alert& alert) const {
  if (alert.state != model::AlertState::resolved || about_to_end_.empty()) return false;
  const auto ends = about_to_end_.find(alert.id);
  const auto is_target = [&](const Recipient& one) { return one.target == target.name; };
  return ends != about_to_end_.end() && std::ranges::none_of(ends->second, is_target);
}

bool Dispatcher::is_unconfirmed(const Change& change, Time since) const {
  const auto live = active_alerts_.all().find({change.alert.rule, change.alert.key});
  return live != active_alerts_.all().end() && live->second.matched_at <= since &&
         ends_by_timeout_(change.alert);
}

// Every transition that a target is not told has a record of its own, so that the ledger balances
// for each.
void Dispatcher::leave_out(const Group& group, const Target& target, const FlushPlan& telling,
                           const model::Message& message, Time now, model::Offset offset,
                           Output& out) {
  if (telling.owed.empty()) return;
  std::set<std::string_view> told;
  for (const auto& change : message.changes) told.insert(change.alert.id);
  for (const auto& change : telling.changes) {
    const auto& alert = change.alert;
    if (told.contains(alert.id) || !telling.owed.contains(alert.id)) continue;
    const auto why = alert.state == model::AlertState::firing ? Why::already_notified
                     : !target.wants(alert)                   ? Why::filtered
                                                              : Why::never_notified;
    out.suppressed.push_back({why, alert.id, target.name, group.key, alert.state, {}, offset, now});
  }
}

// The newest of `first`, `first` + `every`, … up to `until`, the time that the step reaches;
// `first` when there is none. After an outage one look, and one reminder, stands for all that fell
// into it.
Time Dispatcher::newest_before(Time first, Duration every, Time until) {
  return first >= until ? first : first + (until - first) / every * every;
}

// Of a group that ticks. While something is suppressed no tick is left out, but for those between
// which no silence begins or ends, where silences alone keep back: when that ends, it is notified
// at the next one.
Time Dispatcher::next_look(const RouteNode& node, const FlushPlan& telling, Time now) const {
  const auto next = now + node.interval;
  if (telling.kept_back.empty() || next >= until_) return newest_in_step(next, node.interval);
  const auto silenced = [](const Waiting::Cause& cause) { return cause.first == Why::silenced; };
  if (!node.mute.empty() || !node.active.empty() ||
      !std::ranges::all_of(telling.kept_back, silenced))
    return next;
  const auto change = silences_.next_change(wall(now));
  return newest_before(next, node.interval, change ? std::min(until_, *change + ahead_) : until_);
}

// When to look again. A group that ticks does so while it is there, once more when it is empty; an
// alert by itself waits for its reminder.
void Dispatcher::rest(Group& group, const FlushPlan& telling, Time now) {
  const auto& node = tree_->node(group.node);
  if (node.interval > Duration::zero()) return schedule(group, next_look(node, telling, now));
  waiting_.set(group.number, group,
               group.members.empty() ? std::set<Waiting::Cause>() : telling.kept_back);
  if (group.members.empty()) {
    groups_.erase(group.receiver + '\n' + group.key);
    return;
  }
  std::optional<Time> next;
  if (telling.muted && !telling.kept_back.empty()) next = next_minute(wall(now)) + ahead_;
  if (!telling.firing.empty() && !telling.all_acknowledged) {
    for (const auto& told : group.told) {
      const auto due = newest_in_step(told.at + node.repeat, node.repeat);
      if (due > now && (!next || due < *next)) next = due;
    }
  }
  schedule(group, next);
}

}  // namespace alarum::alert
