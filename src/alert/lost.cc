#include "alert/lost.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace alarum::alert {
namespace {

using model::AlertState;
using model::Change;
using Why = model::Suppressed::Why;

Change end_of(model::Alert alert, const Reconciling& now) {
  alert.state = AlertState::resolved;
  alert.reason = model::EndReason::lost;
  alert.ends_at = alert.changed_at = now.at;
  alert.changed_by = now.offset;
  alert.annotations["resolution"] = now.reason;
  return {Change::Kind::resolved, std::move(alert), now.offset, now.at};
}

const Target* target_of(const std::vector<Target>& targets, const std::string& name) {
  const auto found = std::ranges::find(targets, name, &Target::name);
  return found == targets.end() ? nullptr : &*found;
}

// Collects the changes for each target and group into one message.
class Messages {
 public:
  Messages(const std::vector<Target>& targets, Time at) : targets_(targets), at_(at) {}
  void add(const Recipient& recipient, const Change& change) {
    auto& routed = all_[{recipient.target, recipient.group_key}];
    routed.target = recipient.target, routed.at = at_;
    routed.message.receiver = target_of(targets_, recipient.target)->receiver;
    routed.message.group_key = recipient.group_key,
    routed.message.group_labels = recipient.group_labels;
    routed.message.changes.push_back(change);
  }
  std::vector<Routed> take() {
    std::vector<Routed> out;
    for (auto& [key, routed] : all_) out.push_back(std::move(routed));
    return out;
  }

 private:
  const std::vector<Target>& targets_;
  const Time at_;
  std::map<std::pair<std::string, std::string>, Routed> all_;
};

}  // namespace

Reconciled reconcile(const std::vector<Notified>& recorded, const std::vector<Notified>& alive,
                     const std::vector<Notified>& ended, const std::vector<Target>& targets,
                     const Reconciling& now) {
  Reconciled out;
  Messages messages(targets, now.at);
  // Rule and key → targets and groups that are notified of the new alert.
  std::map<std::pair<std::string, std::string>, std::set<std::pair<std::string, std::string>>>
      in_place;
  const auto add = [&](Change change, std::uint32_t owes) {
    out.changes.push_back(std::move(change));
    out.owes.push_back(owes);
  };
  const auto record = [&](Why why, const model::Alert& alert, const std::string& receiver,
                          const std::string& group_key, std::vector<std::string> by = {}) {
    out.suppressed.push_back(
        {why, alert.id, receiver, group_key, alert.state, std::move(by), now.offset, now.at});
  };
  const auto is_kept_back = [&](const model::Alert& alert, const Recipient& recipient) {
    auto kept = now.kept_back ? now.kept_back(alert, recipient) : std::nullopt;
    if (!kept) return false;
    const auto& receiver = target_of(targets, recipient.target)->receiver;
    record(kept->why, alert, receiver, recipient.group_key, std::move(kept->by));
    return true;
  };
  // The targets that were notified and, if that is unsure, those that may have been.
  const auto listeners_of = [&](const Notified& one) {
    auto all = one.recipients;
    if (!now.unsure || all.size() >= one.owes) return all;
    for (const auto& [receiver, group, labels] : one.receivers) {
      for (const auto& target : targets) {
        const auto is_it = [&](const Recipient& recipient) {
          return recipient.target == target.name && recipient.group_key == group;
        };
        if (target.receiver == receiver && std::ranges::none_of(all, is_it))
          all.push_back({target.name, group, labels});
      }
    }
    return all;
  };
  // Returns how many of the listeners exist.
  const auto notify_end = [&](const Notified& one, const std::vector<Recipient>& listeners,
                              const Change& change, const auto& fires_anew_for) {
    std::uint32_t told = 0;
    for (const auto& recipient : listeners) {
      const auto* target = target_of(targets, recipient.target);
      if (!target) continue;
      ++told;
      const auto& group = recipient.group_key;
      if (fires_anew_for(recipient))
        record(Why::refired, change.alert, target->name, group);
      else if (is_kept_back(change.alert, recipient))
        continue;
      else if (target->wants(change.alert))
        messages.add(recipient, change);
      else
        record(Why::filtered, change.alert, target->name, group);
    }
    if (told < one.owes) {
      for (const auto& [receiver, group, labels] : one.receivers) {
        record(Why::lost, change.alert, receiver, group);
      }
    }
    return told;
  };
  // Targets that were notified of the alert whose first event was lost are notified of the one that
  // fires in its place.
  const auto recipients_of = [&](const Notified& one) {
    auto recipients = one.recipients;
    for (const auto& before : recorded) {
      if (before.alert.rule == one.alert.rule && before.alert.key == one.alert.key)
        recipients.insert(recipients.end(), before.recipients.begin(), before.recipients.end());
    }
    std::erase_if(recipients, [&](const Recipient& recipient) {
      return !target_of(targets, recipient.target);
    });
    const auto same = [](const Recipient& a, const Recipient& b) {
      return std::tie(a.target, a.group_key) < std::tie(b.target, b.group_key);
    };
    std::ranges::stable_sort(recipients, same);
    const auto rest = std::ranges::unique(recipients, [](const Recipient& a, const Recipient& b) {
      return a.target == b.target && a.group_key == b.group_key;
    });
    recipients.erase(rest.begin(), rest.end());
    return recipients;
  };
  for (const auto& one : alive) {
    const auto recipients = recipients_of(one);
    Change change{Change::Kind::fired, one.alert, now.offset, now.at};
    change.alert.changed_at = now.at;  // because the engine's value is engine time
    for (const auto& recipient : recipients) {
      if (is_kept_back(change.alert, recipient)) continue;
      messages.add(recipient, change);
      in_place[{one.alert.rule, one.alert.key}].emplace(recipient.target, recipient.group_key);
    }
    add(change, static_cast<std::uint32_t>(recipients.size()));
  }
  for (const auto& one : recorded) {
    const auto change = end_of(one.alert, now);
    const auto instead = in_place.find({one.alert.rule, one.alert.key});
    const auto fires_anew_for = [&](const Recipient& recipient) {
      return one.fires_anew || (instead != in_place.end() &&
                                instead->second.contains({recipient.target, recipient.group_key}));
    };
    const auto told = notify_end(one, listeners_of(one), change, fires_anew_for);
    add(change, told);
  }
  // Everything before the end was recorded already when the alert ended.
  for (const auto& one : ended) {
    notify_end(one, one.recipients, {Change::Kind::resolved, one.alert, now.offset, now.at},
               [&](const Recipient&) { return one.fires_anew; });
  }
  out.messages = messages.take();
  return out;
}

}  // namespace alarum::alert
