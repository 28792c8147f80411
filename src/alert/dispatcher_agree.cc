// What groups hold their targets to know, and what is recorded that they were notified of, are the
// same again.
#include <algorithm>

#include "alert/dispatcher.h"
#include "base/hash.h"

namespace alarum::alert {

std::set<std::string> Dispatcher::members() const {
  std::set<std::string> ids;
  for (const auto& [text, group] : groups_) {
    for (const auto& [id, member] : group->members) ids.insert(id);
  }
  return ids;
}

// What is recorded of them, and nobody was notified of, is owed until they end.
void Dispatcher::expect_ends(const Recorded& ending) {
  for (const auto& [id, recipients] : ending) about_to_end_[id] = recipients;
  if (ending.empty()) return;
  for (const auto& [text, group] : groups_) {
    for (auto& [id, member] : group->members) {
      const auto live = active_alerts_.all().find(member.id);
      if (ending.contains(id) && live != active_alerts_.all().end() &&
          live->second.alert.id == id) {
        owe(member, live->second.alert.opened_by);
      }
    }
  }
}

void Dispatcher::agree(const Recorded& recorded, const std::set<std::string>& targets) {
  std::map<std::uint64_t, Group*> changed;  // by number: looks come in the same order each time
  for (const auto& [text, group] : groups_) {
    const auto all = targets_.find(group->receiver);
    if (all == targets_.end()) continue;
    for (const auto* target : all->second) {
      if (targets.contains(target->name) && agree(*group, *target, recorded))
        changed[group->number] = group.get();
    }
  }
  for (const auto& [number, group] : changed) look_anew(*group);
}

// One that was not looked at yet is so after its `group_wait`; one in which all wait for roll-ups
// was, and has no other time than theirs.
void Dispatcher::look_anew(Group& group) {
  group.quiet.reset();
  if (group.flushed || !group.next) look_next(group, now_);
}

// What nobody was notified of, and has no record why, by the record.
void Dispatcher::owe_again(const std::string& id, Group::Member& member) {
  const auto live = active_alerts_.all().find(member.id);
  const bool fires = live != active_alerts_.all().end() && live->second.alert.id == id;
  if (fires)
    owe(member, live->second.alert.opened_by);
  else if (member.ended)
    owe(member, member.ended->alert.opened_by);
}

void Dispatcher::count_reminders_from_here(const std::string& target,
                                           const std::string& group_key) {
  const auto known = std::ranges::find(config_.targets, target, &Target::name);
  if (known == config_.targets.end()) return;
  const auto found = groups_.find(known->receiver + '\n' + group_key);
  if (found == groups_.end() || found->second->members.empty()) return;
  auto& group = *found->second;
  const auto hash = fnv1a(target);
  const auto told = std::ranges::find(group.told, hash, &Group::Told::target);
  if (told == group.told.end())
    group.told.push_back({hash, {}, {}, now_});
  else
    told->at = now_;
  group.quiet.reset();
}

// An acknowledgement is recorded once, as it comes.
void Dispatcher::record_again(const std::map<std::string, Reasons>& recorded) {
  std::map<std::uint64_t, Group*> changed;
  for (const auto& [text, group] : groups_) {
    for (auto& [id, member] : group->members) {
      const auto why = static_cast<Why>(member.recorded / 2);
      if (member.recorded == 0 || why == Why::acknowledged) continue;
      const auto state =
          member.recorded % 2 == 0 ? model::AlertState::firing : model::AlertState::resolved;
      const auto found = recorded.find(id);
      if (found != recorded.end() &&
          found->second.contains({group->receiver, group->key, std::string(to_text(why)),
                                  std::string(to_text(state))}))
        continue;
      member.recorded = 0;
      owe_again(id, member);
      changed[group->number] = group.get();
    }
  }
  for (const auto& [number, group] : changed) look_anew(*group);
}

bool Dispatcher::has_member(const std::string& group, const std::string& alert_id) const {
  const auto found = groups_.find(group);
  return found != groups_.end() && found->second->members.contains(alert_id);
}

// Of an end that is lost whoever was notified in a group of another config is told in the one of
// now.
bool Dispatcher::agree(Group& group, const Target& target, const Recorded& recorded) {
  const auto hash = fnv1a(target.name);
  const auto told = std::ranges::find(group.told, hash, &Group::Told::target);
  std::set<std::uint64_t> knows;
  if (told != group.told.end()) knows.insert(told->firing.begin(), told->firing.end());
  bool changed = false;
  for (auto& [id, member] : group.members) {
    const auto found = recorded.find(id);
    if (found == recorded.end()) continue;
    const auto number = std::stoull(id, nullptr, 16);
    const bool ends = about_to_end_.contains(id);
    const bool notified = std::ranges::any_of(found->second, [&](const Recipient& one) {
      if (one.target != target.name) return false;
      return one.group_key == group.key ||
             (ends && !has_member(group.receiver + '\n' + one.group_key, id));
    });
    const auto live = active_alerts_.all().find(member.id);
    const bool acknowledged = live != active_alerts_.all().end() && live->second.alert.id == id &&
                              live->second.alert.acknowledged;
    const bool offload = std::ranges::any_of(
        found->second, [&](const Recipient& one) { return one.target == target.name; });
    const bool not_anew = !notified && acknowledged && offload;
    if (notified == knows.contains(number) || not_anew) continue;
    if (notified) {
      knows.insert(number);
    } else {
      knows.erase(number);
      owe_again(id, member);  // a replay "notified" of it: nobody was
    }
    member.recorded = 0;  // why it is kept back now was not recorded
    changed = true;
  }
  if (!changed) return false;
  auto& one =
      told != group.told.end() ? *told : group.told.emplace_back(Group::Told{hash, {}, {}, now_});
  one.firing.assign(knows.begin(), knows.end());
  return true;
}

}  // namespace alarum::alert
