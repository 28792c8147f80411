// Another config comes into force: firing alerts come to its groups, and who was told of what stays
// known where group and receiver stay.
#include <algorithm>
#include <set>

#include "alert/dispatcher.h"
#include "base/hash.h"

namespace alarum::alert {

using model::Change;
namespace {

std::map<std::string, std::set<std::string>> names_by_receiver(const std::vector<Target>& targets) {
  std::map<std::string, std::set<std::string>> names;
  for (const auto& one : targets) names[one.receiver].insert(one.name);
  return names;
}

}  // namespace

// Why members were kept back, as last recorded; what it was due to is seen at the next look. Of one
// that was acknowledged meanwhile that is what is recorded, whatever else keeps it back: any end
// may be the one that its group waits for, but not before its first look, which has its own time.
std::set<Waiting::Cause> Dispatcher::unknown_causes(const Group& group) {
  std::set<Waiting::Cause> causes;
  for (const auto& [id, member] : group.members) {
    if (member.recorded) causes.emplace(static_cast<Why>(member.recorded / 2), "");
  }
  const bool looked_at = group.flushed || !group.next;
  if (looked_at && causes.contains({Why::acknowledged, ""})) {
    for (const auto why :
         {Why::silenced, Why::inhibited, Why::muted, Why::absorbed, Why::waiting}) {
      causes.emplace(why, "");
    }
  }
  return causes;
}

void Dispatcher::configure(Config config, Time now) {
  const auto before = config_.targets;
  take_up(std::move(config), before, now);
  for (auto& [text, group] : groups_) {
    if (!ticks(*group)) waiting_.set(group->number, *group, unknown_causes(*group));
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
  (void)silences_.pass_over(wall(now));
  const auto same = config.targets;
  const auto waiting = std::move(waiting_);
  take_up(std::move(config), same, now);
  for (auto& [text, group] : groups_) {
    if (!ticks(*group)) waiting_.set(group->number, *group, waiting.causes(group->number));
  }
}

void Dispatcher::take_up(Config config, const std::vector<Target>& before, Time now) {
  auto old = std::move(groups_);
  groups_.clear(), timers_.clear(), waiting_.clear(), owed_.clear();
  config_ = std::move(config);
  now_ = now;
  targets_.clear();
  for (const auto& target : config_.targets) targets_[target.receiver].push_back(&target);
  tree_ = std::make_shared<const RouteTree>(config_.routing->root);
  read_own_receivers(old);
  inhibition_ = Inhibition(config_.routing->inhibit_rules);
  std::vector<std::pair<std::string, std::unique_ptr<Change>>> ended;
  for (auto& [text, group] : old) {
    for (auto& [id, member] : group->members) {
      if (member.ended) ended.emplace_back(text, std::make_unique<Change>(*member.ended));
    }
  }
  std::ranges::sort(ended, {}, [](const auto& one) {
    return std::tie(one.second->alert.opened_by, one.second->alert.id, one.first);
  });
  for (const auto& [id, live] : active_alerts_.all()) {
    inhibition_.fired(live.alert.labels);
    if (!live.alert.late) adopt(live.alert, nullptr, old, now);
  }
  for (auto& [text, change] : ended) {
    const auto alert = change->alert;
    adopt(alert, std::move(change), old, now);
  }
  reroute(old, before);
  keep_empty(old);
  std::vector<Group*> timed;
  for (auto& [text, group] : groups_)
    if (group->next) timed.push_back(group.get());
  std::ranges::sort(timed, {}, [](const Group* group) {
    return std::tuple(*group->next, group->order, group->number);
  });
  for (auto* group : timed) {
    const auto when = std::exchange(group->next, std::nullopt);
    schedule(*group, when);
  }
}

// A target that a receiver did not have before is notified of what fires at the next tick, not at
// the next reminder.
void Dispatcher::look_for_new_targets(Time now) {
  std::map<std::uint64_t, Group*> unknown;  // by number: looks come in the same order each time
  for (const auto& [text, group] : groups_) {
    const auto targets = targets_.find(group->receiver);
    if (!group->flushed || group->members.empty() || targets == targets_.end()) continue;
    const auto is_new = [&told = group->told](const Target* target) {
      return std::ranges::find(told, fnv1a(target->name), &Group::Told::target) == told.end();
    };
    if (std::ranges::any_of(targets->second, is_new)) unknown[group->number] = group.get();
  }
  for (const auto& [number, group] : unknown) look_next(*group, now);
}

// Whoever has a built-in alert is notified of its end.
void Dispatcher::read_own_receivers(const All& old) {
  std::set<std::string> holding;
  for (const auto& [text, group] : old) {
    if (group->key.starts_with(model::kOwnGroups) && !group->members.empty() &&
        targets_.contains(group->receiver))
      holding.insert(group->receiver);
  }
  own_wanted_ = {config_.self_monitoring.empty() ? tree_->node(0).receiver
                                                 : config_.self_monitoring};
  holding.erase(own_wanted_.front());
  own_receivers_ = own_wanted_;
  own_receivers_.insert(own_receivers_.end(), holding.begin(), holding.end());
}

// It was notified of the end of such an alert.
void Dispatcher::let_go(const std::string& receiver) {
  if (std::ranges::find(own_wanted_, receiver) != own_wanted_.end() || has_own(receiver)) return;
  std::erase(own_receivers_, receiver);
}

bool Dispatcher::has_own(const std::string& receiver) const {
  return std::ranges::any_of(groups_, [&](const auto& one) {
    return one.second->receiver == receiver && one.second->key.starts_with(model::kOwnGroups) &&
           !one.second->members.empty();
  });
}

void Dispatcher::set_own_receivers(const std::vector<std::string>& wanted, Time now) {
  std::vector<std::string> next;
  for (const auto& name : wanted) {
    if (targets_.contains(name) && std::ranges::find(next, name) == next.end())
      next.push_back(name);
  }
  if (next.empty()) return;
  own_wanted_ = std::move(next);
  keep_own_receivers({}, now);
}

// Who holds such alerts follows from the groups alone: a start from a checkpoint finds the same.
void Dispatcher::keep_own_receivers(const std::vector<std::string>& also, Time now) {
  std::set<std::string> others;
  for (const auto& name : also) {
    if (targets_.contains(name)) others.insert(name);
  }
  for (const auto& name : own_receivers_) {
    if (has_own(name)) others.insert(name);
  }
  for (const auto& name : own_wanted_) others.erase(name);
  auto next = own_wanted_;
  next.insert(next.end(), others.begin(), others.end());
  if (next == own_receivers_) return;
  own_receivers_ = std::move(next);
  for (const auto& [id, live] : active_alerts_.all()) {
    if (!is_own(live.alert) || live.alert.late) continue;
    for (const auto& place : places(live.alert)) {
      auto& group = group_at(place, live.alert);
      if (group.members.contains(live.alert.id)) continue;
      auto& member = group.members[live.alert.id];
      member.id = id, member.offset = live.alert.opened_by, member.at = live.alert.changed_at;
      if (!group.next) schedule(group, group.flushed ? now : now + tree_->node(0).wait);
    }
  }
}

void Dispatcher::adopt(const model::Alert& alert, std::unique_ptr<Change> ended, All& old,
                       Time now) {
  for (const auto& place : places(alert)) {
    if (logs(place)) continue;
    const auto before = old.find(place.text());
    const auto known = groups_.find(place.text());
    const bool fresh = known == groups_.end();
    // Its rule names a receiver twice, or its end waits in several groups
    if (!fresh && known->second->members.contains(alert.id)) continue;
    // Nobody there was notified that it fired, or all have been notified that it is over.
    if (ended && (before == old.end() || !before->second->members.contains(alert.id))) continue;
    auto& group = group_at(place, alert);
    if (fresh && before != old.end()) {
      const auto number = before->second->number;
      // Also of targets that are gone: one that comes back is to be notified of the end of what it
      // knows.
      group.told = before->second->told, group.flushed = before->second->flushed;
      group.next = before->second->next, group.order = before->second->order, group.number = number;
    }
    if (before != old.end()) {
      const auto member = before->second->members.find(alert.id);
      if (member != before->second->members.end()) {
        auto& kept = group.members[alert.id] = std::move(member->second);
        if (kept.owed) owed_.insert(kept.owed);
        member->second.owed = 0;
        continue;
      }
    }
    auto& member = group.members[alert.id];
    member.id = {alert.rule, alert.key}, member.offset = alert.opened_by,
    member.at = alert.changed_at;
    const auto& node = tree_->node(group.node);
    if (!group.next)
      group.next = group.flushed ? now : now + node.wait;
    else if (group.flushed && node.news)
      group.next = std::min(*group.next, now + *node.news);
  }
}

// A group that ticks does so once more when it is empty: what comes to it until then waits for that
// tick, over a restart too.
void Dispatcher::keep_empty(All& old) {
  for (auto& [text, group] : old) {
    if (!group->members.empty() || !group->next || groups_.contains(text)) continue;
    const auto node = group->key.starts_with(model::kOwnGroups) ? 0 : tree_->find(group->key);
    if (!node || tree_->node(*node).interval == Duration::zero()) continue;
    group->node = *node;
    group->quiet.reset();
    groups_[text] = std::move(group);
  }
}

// What nobody will be told as it was to be told: its group is gone, or has other targets.
void Dispatcher::reroute(const All& old, const std::vector<Target>& before) {
  const auto record = [&](const Group& group, const std::string& id, const Group::Member& member) {
    const auto state = member.ended ? model::AlertState::resolved : model::AlertState::firing;
    config_changed_.push_back(
        {Why::config_changed, id, group.receiver, group.key, state, {}, member.owed, member.at});
  };
  auto names_before = names_by_receiver(before), names_now = names_by_receiver(config_.targets);
  for (const auto& [text, group] : old) {
    for (const auto& [id, member] : group->members) {
      if (member.owed) record(*group, id, member);
    }
  }
  for (const auto& [text, group] : groups_) {
    const auto owes = [](const auto& one) { return one.second.owed != 0; };
    if (std::ranges::none_of(group->members, owes) ||
        names_before[group->receiver] == names_now[group->receiver])
      continue;
    for (auto& [id, member] : group->members) {
      if (member.owed) record(*group, id, member);
    }
  }
  std::ranges::sort(config_changed_, {}, [](const auto& one) {
    return std::tie(one.offset, one.alert_id, one.receiver, one.group_key);
  });
}

}  // namespace alarum::alert
