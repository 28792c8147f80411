#include "alert/group_flush.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace alarum::alert {
namespace {

using model::Change;
using Why = model::Suppressed::Why;

Time next_minute(Time now) {
  return std::chrono::floor<std::chrono::minutes>(now) + std::chrono::minutes(1);
}

}  // namespace

const ActiveAlerts::ActiveAlert* AlertStates::find(const std::string& alert_id,
                                                   const ActiveAlerts::Id& id) const {
  const auto live = active_.all().find(id);
  return live != active_.all().end() && live->second.alert.id == alert_id ? &live->second : nullptr;
}

std::optional<Change> AlertStates::of(const std::string& alert_id,
                                      const Group::Member& member) const {
  if (member.ended) return *member.ended;
  if (const auto* live = find(alert_id, member.id))
    return Change{member.kind, live->alert, member.offset, member.at};
  // It ends later in this very step: here it still fires.
  const auto ending = ending_.find(alert_id);
  if (ending == ending_.end()) return std::nullopt;
  Change change{member.kind, ending->second->alert, member.offset, member.at};
  change.alert.state = model::AlertState::firing;
  change.alert.reason = model::EndReason::none;
  change.alert.ends_at.reset();
  return change;
}

model::Labels labels_of(const Group& group, const RouteNode& node, const AlertStates& alerts) {
  if (!node.each_alone || group.members.empty()) return group.labels;
  const auto& [id, member] = *group.members.rbegin();
  const auto change = alerts.of(id, member);
  return change ? without_severity(change->alert.labels) : group.labels;
}

void record_suppressed(const Group& group, const std::string& alert_id, Group::Member& member,
                       Suppression::Reason reason, Time now, model::Offset offset,
                       DispatchOutput& out) {
  const auto sign =
      static_cast<std::uint8_t>(static_cast<int>(reason.why) * 2 + (member.ended ? 1 : 0));
  if (std::exchange(member.recorded, sign) == sign && !member.owed) return;
  const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
  out.suppressed.push_back(
      {reason.why, alert_id, group.receiver, group.key, state, std::move(reason.by), offset, now});
}

GroupFlush::GroupFlush(const FlushView& view, Group& group, const RouteNode& node,
                       DispatchOutput& out)
    : view_(view),
      group_(group),
      node_(node),
      out_(out),
      muted_(view.suppression.muting(node, view.wall())) {
  for (auto& [id, member] : group.members) look_at(id, member);
  drop_refired();
  std::ranges::sort(changes_, {}, [](const Change& change) {
    return std::tie(change.alert.opened_by, change.alert.ends_at, change.alert.id);
  });
  std::ranges::sort(firing_);
  std::ranges::sort(resolved_);
}

void GroupFlush::look_at(const std::string& id, Group::Member& member) {
  auto change = view_.alerts.of(id, member);
  if (!change) return;
  const auto number = NotificationLog::number_of(id);
  if (!member.ended && view_.expected_ends.contains(id))
    return absorbed_.push_back(number);  // who was notified of it is so of its end
  auto reason = view_.suppression.reason(change->alert, muted_, view_.wall());
  const bool acknowledged = reason && reason->why == Why::acknowledged;
  if (reason && !acknowledged) {
    if (!member.ended && reason->why == Why::absorbed) absorbed_.push_back(number);
    // By its own rule: it is released with a change of its own.
    if (!member.ended)
      causes_.emplace(reason->why, model::is_held(change->alert) ? id : reason->by.front());
    return note_suppressed(id, member, std::move(*reason));
  }
  if (!acknowledged) member.recorded = 0;
  if (member.owed) owed_.insert(id);
  news_ = news_ || member.news;
  (member.ended ? resolved_ : firing_).push_back(number);
  if (!member.ended) firing_labels_.insert(model::fingerprint(change->alert.labels));
  if (!member.ended && !acknowledged) all_acknowledged_ = false;
  changes_.push_back(std::move(*change));
}

void GroupFlush::note_suppressed(const std::string& id, Group::Member& member,
                                 Suppression::Reason reason) {
  if (reason.why == Why::absorbed || reason.why == Why::waiting) waits_ = true;
  record_suppressed(group_, id, member, std::move(reason), view_.now, view_.offset, out_);
}

// One that ended and fires again is notified as firing.
void GroupFlush::drop_refired() {
  std::erase_if(changes_, [&](const Change& change) {
    const bool refired = change.alert.state == model::AlertState::resolved &&
                         firing_labels_.contains(model::fingerprint(change.alert.labels));
    if (refired && owed_.contains(change.alert.id))
      record(Why::refired, change.alert, group_.receiver);
    return refired;
  });
}

void GroupFlush::record(Why why, const model::Alert& alert, const std::string& receiver) {
  out_.suppressed.push_back(
      {why, alert.id, receiver, group_.key, alert.state, {}, view_.offset, view_.now});
}

void GroupFlush::notify(const Target& target) {
  auto* known = group_.log.find(target.name);
  auto ends = resolved_;
  for (const auto& change : changes_) {
    if (knows_of_end(target, change.alert))
      std::erase(ends, NotificationLog::number_of(change.alert.id));
  }
  const bool news =
      NotificationLog::needs_update(known, {firing_, ends, news_, target.send_resolved});
  const auto now = view_.now, before = known ? known->at : now;
  const bool reminds = known && !news && before + node_.repeat <= now &&
                       now + node_.repeat > view_.until && !all_acknowledged_;
  // What nobody reported since the message before, and what only a time-out ends, is not known to
  // be still so: that is said once.
  const bool unconfirmed = reminds && are_all_unconfirmed(before);
  const bool said = unconfirmed && known->unconfirmed;
  Routed routed{target.name, {group_.receiver, group_.key, {}, {}}, now};
  if (said) known->at = now;
  if (!(news || reminds) || said) return leave_out(target, routed.message);
  auto& entry = group_.log.find_or_add(target.name);
  auto knows = firing_;
  for (const auto number : absorbed_) {
    // Was notified before it became member of a roll-up, and will be of its end
    if (entry.knows(number)) knows.push_back(number);
  }
  std::ranges::sort(knows);
  entry.firing = std::move(knows), entry.resolved = resolved_;
  entry.at = now, entry.unconfirmed = unconfirmed;
  routed.message.group_labels = labels_of(group_, node_, view_.alerts);
  routed.message.changes = changes_for(target, reminds, before);
  leave_out(target, routed.message);
  if (!routed.message.changes.empty()) out_.messages.push_back(std::move(routed));
}

std::vector<Change> GroupFlush::changes_for(const Target& target, bool reminds, Time before) const {
  std::vector<Change> out;
  for (const auto& change : changes_) {
    if (!target.wants(change.alert) || knows_of_end(target, change.alert)) continue;
    auto& added = out.emplace_back(change);
    if (!reminds) continue;
    added.kind =
        is_unconfirmed(change, before) ? Change::Kind::unconfirmed : Change::Kind::reminded;
    added.at = view_.now;
  }
  return out;
}

// Of an end that the journal lost, and that was notified before. Whoever is to be notified of it in
// a group is so in each: of two groups of another config one may have taken the other's place.
bool GroupFlush::knows_of_end(const Target& target, const model::Alert& alert) const {
  if (alert.state != model::AlertState::resolved || view_.expected_ends.empty()) return false;
  const auto ends = view_.expected_ends.find(alert.id);
  return ends != view_.expected_ends.end() &&
         std::ranges::find(ends->second, target.name, &Recipient::target) == ends->second.end();
}

bool GroupFlush::is_unconfirmed(const Change& change, Time since) const {
  const auto& all = view_.alerts.active().all();
  const auto live = all.find({change.alert.rule, change.alert.key});
  return live != all.end() && live->second.matched_at <= since &&
         view_.ends_by_timeout(change.alert);
}

bool GroupFlush::are_all_unconfirmed(Time since) const {
  return std::ranges::all_of(changes_, [&](const Change& change) {
    return change.alert.acknowledged || is_unconfirmed(change, since);
  });
}

// Every transition that a target is not notified of has a record of its own, so that the ledger
// balances for each.
void GroupFlush::leave_out(const Target& target, const model::Message& message) {
  if (owed_.empty()) return;
  std::set<std::string_view> notified;
  for (const auto& change : message.changes) notified.insert(change.alert.id);
  for (const auto& change : changes_) {
    const auto& alert = change.alert;
    if (notified.contains(alert.id) || !owed_.contains(alert.id)) continue;
    const auto why = alert.state == model::AlertState::firing ? Why::already_notified
                     : !target.wants(alert)                   ? Why::filtered
                                                              : Why::never_notified;
    record(why, alert, target.name);
  }
}

// While something is suppressed no tick is left out, but for those between which no silence begins
// or ends, where silences alone suppress: when that ends, it is notified at the next one.
Time GroupFlush::next_tick() const {
  const auto next = view_.now + node_.interval, until = view_.until;
  if (causes_.empty() || next >= until) return newest_before(next, node_.interval, until);
  const auto silenced = [](const Waiting::Cause& cause) { return cause.first == Why::silenced; };
  if (!node_.mute.empty() || !node_.active.empty() || !std::ranges::all_of(causes_, silenced))
    return next;
  const auto change = view_.suppression.silences().next_change(view_.wall());
  return newest_before(next, node_.interval,
                       change ? std::min(until, *change + view_.ahead) : until);
}

std::optional<Time> GroupFlush::next_reminder() const {
  std::optional<Time> next;
  if (!muted_.empty() && !causes_.empty()) next = next_minute(view_.wall()) + view_.ahead;
  if (firing_.empty() || all_acknowledged_) return next;
  for (const auto& entry : group_.log.entries()) {
    const auto due = newest_before(entry.at + node_.repeat, node_.repeat, view_.until);
    if (due > view_.now && (!next || due < *next)) next = due;
  }
  return next;
}

// Until the first reminder. What begins by itself as time passes, a mute time or a pending silence,
// lets no group be quiet.
std::optional<Group::Quiet> GroupFlush::quiet(const std::vector<const Target*>& targets,
                                              std::uint64_t epoch) const {
  const bool ticks =
      node_.interval > Duration::zero() && node_.mute.empty() && node_.active.empty();
  if (!ticks || !causes_.empty() || !resolved_.empty() || firing_.size() != group_.members.size() ||
      view_.suppression.has_pending_silences(view_.wall()))
    return std::nullopt;
  Group::Quiet quiet{epoch, Time::max()};
  for (const auto* target : targets) {
    const auto* known = group_.log.find(target->name);
    if (!known) return std::nullopt;
    if (!all_acknowledged_) quiet.until = std::min(quiet.until, known->at + node_.repeat);
  }
  return quiet;
}

}  // namespace alarum::alert
