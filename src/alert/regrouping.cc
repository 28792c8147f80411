#include "alert/regrouping.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace alarum::alert {
namespace {

using model::Change;

std::map<std::string, std::set<std::string>> names_by_receiver(const std::vector<Target>& targets) {
  std::map<std::string, std::set<std::string>> names;
  for (const auto& one : targets) names[one.receiver].insert(one.name);
  return names;
}

model::Suppressed config_changed_from(const Group& group, const std::string& id,
                                      const Group::Member& member) {
  const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
  return {model::Suppressed::Why::config_changed,
          id,
          group.receiver,
          group.key,
          state,
          {},
          member.owed,
          member.at};
}

}  // namespace

Regrouping::Regrouping(Groups& groups, const Router& router)
    : groups_(groups), router_(router), old_(groups.take_all()) {}

void Regrouping::apply(const ActiveAlerts& active_alerts, const std::vector<Target>& before,
                       Time now, std::vector<model::Suppressed>& config_changed) {
  std::vector<std::pair<std::string, std::unique_ptr<Change>>> ended;
  for (auto& [text, group] : old_) {
    for (auto& [id, member] : group->members) {
      if (member.ended) ended.emplace_back(text, std::make_unique<Change>(*member.ended));
    }
  }
  std::ranges::sort(ended, {}, [](const auto& one) {
    return std::tie(one.second->alert.opened_by, one.second->alert.id, one.first);
  });
  for (const auto& [id, live] : active_alerts.all()) {
    if (!live.alert.late) adopt(live.alert, false, now);
  }
  for (const auto& [text, change] : ended) adopt(change->alert, true, now);
  note_config_changed(before, config_changed);
  keep_ticking_empty_groups();
  groups_.schedule_all();
}

void Regrouping::adopt(const model::Alert& alert, bool ended, Time now) {
  for (const auto& place : router_.places(alert)) {
    if (router_.logs_only(place)) continue;
    const auto found = old_.find(place.text());
    auto* before = found == old_.end() ? nullptr : found->second.get();
    const auto* known = groups_.find(place.text());
    // Its rule names a receiver twice, or its end waits in several groups
    if (known && known->members.contains(alert.id)) continue;
    // Nobody there was notified that it fired, or all have been notified that it is over.
    if (ended && (!before || !before->members.contains(alert.id))) continue;
    adopt(place, alert, before, now);
  }
}

void Regrouping::adopt(const Place& place, const model::Alert& alert, Group* before, Time now) {
  const auto& node = router_.node(place.node);
  const bool fresh = !groups_.find(place.text());
  auto& group = groups_.find_or_add(place, node, alert.labels);
  if (fresh && before) {
    // Also of targets that are gone: one that comes back is to be notified of the end of what it
    // knows.
    group.log = before->log, group.flushed = before->flushed;
    group.next = before->next, group.order = before->order, group.number = before->number;
  }
  if (before) {
    const auto member = before->members.find(alert.id);
    if (member != before->members.end()) {
      groups_.still_owes(group.members[alert.id] = std::move(member->second));
      member->second.owed = 0;
      return;
    }
  }
  auto& member = group.members[alert.id];
  member.id = {alert.rule, alert.key}, member.offset = alert.opened_by;
  member.at = alert.changed_at;
  if (!group.next)
    group.next = group.flushed ? now : now + node.wait;
  else if (group.flushed && node.news)
    group.next = std::min(*group.next, now + *node.news);
}

// A group that ticks does so once more when it is empty: what comes to it until then waits for that
// tick, over a restart too.
void Regrouping::keep_ticking_empty_groups() {
  for (auto& [text, group] : old_) {
    if (!group->members.empty() || !group->next || groups_.find(text)) continue;
    const auto node = group->is_own() ? 0 : router_.tree().find(group->key);
    if (!node || router_.node(*node).interval == Duration::zero()) continue;
    group->node = *node;
    group->quiet.reset();
    groups_.put_back(std::move(group));
  }
}

void Regrouping::note_config_changed(const std::vector<Target>& before,
                                     std::vector<model::Suppressed>& config_changed) const {
  const auto note = [&](const Group& group) {
    for (const auto& [id, member] : group.members) {
      if (member.owed) config_changed.push_back(config_changed_from(group, id, member));
    }
  };
  for (const auto& [text, group] : old_) note(*group);
  auto names_before = names_by_receiver(before), names_now = names_by_receiver(router_.targets());
  for (const auto& [text, group] : groups_.all()) {
    if (names_before[group->receiver] != names_now[group->receiver]) note(*group);
  }
  std::ranges::sort(config_changed, {}, [](const auto& one) {
    return std::tie(one.offset, one.alert_id, one.receiver, one.group_key);
  });
}

}  // namespace alarum::alert
