#include "alert/reconciliation.h"

#include <algorithm>

namespace alarum::alert {

// What is recorded of them, and nobody was notified of, is owed until they end.
void Reconciliation::expect_ends(const RecordedRecipients& ending) {
  for (const auto& [id, recipients] : ending) expected_ends_[id] = recipients;
  if (ending.empty()) return;
  for (const auto& [text, group] : groups_.all()) {
    for (auto& [id, member] : group->members) {
      const auto* live = ending.contains(id) ? alerts_.find(id, member.id) : nullptr;
      if (live) groups_.owe(member, live->alert.opened_by);
    }
  }
}

Reconciliation::Changed Reconciliation::agree(const RecordedRecipients& recorded,
                                              const std::set<std::string>& targets, Time now) {
  Changed changed;
  for (const auto& [text, group] : groups_.all()) {
    for (const auto* target : router_.targets_of(group->receiver)) {
      if (targets.contains(target->name) && agree(*group, *target, recorded, now))
        changed[group->number] = group.get();
    }
  }
  return changed;
}

bool Reconciliation::agree(Group& group, const Target& target, const RecordedRecipients& recorded,
                           Time now) {
  const auto* known = group.log.find(target.name);
  std::set<std::uint64_t> knows;
  if (known) knows.insert(known->firing.begin(), known->firing.end());
  bool changed = false;
  for (auto& [id, member] : group.members) {
    const auto found = recorded.find(id);
    if (found != recorded.end()) changed |= agree(group, target, id, member, found->second, knows);
  }
  if (!changed) return false;
  const bool is_new = !known;
  auto& entry = group.log.find_or_add(target.name);
  if (is_new) entry.at = now;
  entry.firing.assign(knows.begin(), knows.end());
  return true;
}

// One member: true where the target knew otherwise.
bool Reconciliation::agree(Group& group, const Target& target, const std::string& id,
                           Group::Member& member, const std::vector<Recipient>& recipients,
                           std::set<std::uint64_t>& knows) {
  const auto is_target = [&](const Recipient& one) { return one.target == target.name; };
  const bool notified = std::ranges::any_of(recipients, [&](const Recipient& one) {
    return is_target(one) && was_notified(group, id, one);
  });
  const auto number = NotificationLog::number_of(id);
  if (notified == knows.contains(number)) return false;
  const auto* live = alerts_.find(id, member.id);
  const bool elsewhere = std::ranges::any_of(recipients, is_target);
  if (!notified && live && live->alert.acknowledged && elsewhere) return false;
  if (notified) {
    knows.insert(number);
  } else {
    knows.erase(number);
    owe_again(id, member);  // a replay "notified" of it: nobody was
  }
  member.recorded = 0;  // why it is suppressed now was not recorded
  return true;
}

// Of an end that is lost whoever was notified in a group of another config is notified in the one
// of now.
bool Reconciliation::was_notified(const Group& group, const std::string& id,
                                  const Recipient& one) const {
  if (one.group_key == group.key) return true;
  if (!expected_ends_.contains(id)) return false;
  const auto* other = groups_.find(group.receiver + '\n' + one.group_key);
  return !other || !other->members.contains(id);
}

// What nobody was notified of, and has no record why, by the record.
void Reconciliation::owe_again(const std::string& id, Group::Member& member) {
  if (const auto* live = alerts_.find(id, member.id))
    groups_.owe(member, live->alert.opened_by);
  else if (member.ended)
    groups_.owe(member, member.ended->alert.opened_by);
}

void Reconciliation::count_reminders_from(Time now, const std::string& target,
                                          const std::string& group_key) {
  const auto known = std::ranges::find(router_.targets(), target, &Target::name);
  if (known == router_.targets().end()) return;
  auto* group = groups_.find(known->receiver + '\n' + group_key);
  if (!group || group->members.empty()) return;
  group->log.find_or_add(target).at = now;
  group->quiet.reset();
}

// An acknowledgement is recorded once, as it comes.
Reconciliation::Changed Reconciliation::record_again(
    const std::map<std::string, Reasons>& recorded) {
  Changed changed;
  for (const auto& [text, group] : groups_.all()) {
    for (auto& [id, member] : group->members) {
      const auto why = static_cast<model::Suppressed::Why>(member.recorded / 2);
      if (member.recorded == 0 || why == model::Suppressed::Why::acknowledged) continue;
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
  return changed;
}

}  // namespace alarum::alert
