#include "alert/suppression.h"

#include <algorithm>

namespace alarum::alert {

void Suppression::configure(std::shared_ptr<const config::Routing> routing,
                            const ActiveAlerts& active_alerts) {
  routing_ = std::move(routing);
  inhibition_ = Inhibition(routing_->inhibit_rules);
  for (const auto& [id, live] : active_alerts.all()) inhibition_.fired(live.alert.labels);
}

std::optional<Suppression::Reason> Suppression::reason(const model::Alert& alert,
                                                       const std::vector<std::string>& muted,
                                                       Time now) const {
  if (!alert.absorbed.empty()) return Reason{Why::absorbed, alert.absorbed};
  if (!alert.waiting.empty()) return Reason{Why::waiting, alert.waiting};
  if (!alert.inhibited_by.empty()) return Reason{Why::inhibited, alert.inhibited_by};
  if (auto by_labels = reason(alert.labels, muted, now)) return by_labels;
  if (alert.state == model::AlertState::firing && alert.acknowledged)
    return Reason{Why::acknowledged, {alert.acknowledged->by}};
  return std::nullopt;
}

std::optional<Suppression::Reason> Suppression::reason(const model::Labels& labels,
                                                       const std::vector<std::string>& muted,
                                                       Time now) const {
  if (auto by = inhibition_.inhibiting(labels); !by.empty())
    return Reason{Why::inhibited, std::move(by)};
  if (!muted.empty()) return Reason{Why::muted, muted};
  if (auto by = silences_.silencing(labels, now); !by.empty())
    return Reason{Why::silenced, std::move(by)};
  return std::nullopt;
}

std::vector<std::string> Suppression::muting(const RouteNode& node, Time now) const {
  std::vector<std::string> names;
  const auto contains = [&](const std::string& name) {
    const auto* interval = routing_->interval(name);
    return interval && interval->contains(now);
  };
  for (const auto& name : node.mute)
    if (contains(name)) names.push_back(name);
  if (!node.active.empty() && std::ranges::none_of(node.active, contains))
    names.insert(names.end(), node.active.begin(), node.active.end());
  return names;
}

std::vector<std::string> Suppression::expire_with(const model::Labels& ended,
                                                  const ActiveAlerts& active_alerts, Time now) {
  auto ids = silences_.until_resolved(ended, now);
  std::erase_if(ids, [&](const std::string& id) {
    return matches_any(*silences_.find(id), active_alerts) || !silences_.expire(id, now);
  });
  return ids;
}

// Once around all alerts that fire, from the one on that it matched last time: as they end one
// after the other, each is looked at once.
bool Suppression::matches_any(const model::Silence& silence, const ActiveAlerts& active_alerts) {
  const auto& all = active_alerts.all();
  const auto witness = witnesses_.find(silence.id);
  const auto from = witness == witnesses_.end() ? all.begin() : all.lower_bound(witness->second);
  const auto matches = [&](const auto& one) {
    return ++looks_, silence.matches(one.second.alert.labels);
  };
  auto found = std::find_if(from, all.end(), matches);
  if (found == all.end() && (found = std::find_if(all.begin(), from, matches)) == from)
    return witnesses_.erase(silence.id), false;
  witnesses_[silence.id] = found->first;
  return true;
}

bool Suppression::has_pending_silences(Time now) const {
  return std::ranges::any_of(silences_.all(),
                             [&](const auto& one) { return one.second.starts_at > now; });
}

}  // namespace alarum::alert
