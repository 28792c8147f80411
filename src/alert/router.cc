#include "alert/router.h"

#include <algorithm>
#include <utility>

#include "model/matcher.h"
#include "model/notification.h"

namespace alarum::alert {
namespace {

std::string text_of(const model::Labels& labels) {
  model::Matchers same;
  for (const auto& [name, value] : labels)
    same.push_back(*model::Matcher::make(name, model::Matcher::Op::equal, value));
  return model::to_text(same);
}

std::string own_key(const model::Alert& alert) {
  return std::string(model::kOwnGroups) +
         (alert.rule.empty() ? alert.labels.at("alertname") : alert.rule) + '{' + alert.key + '}';
}

std::string group_key(const RouteNode& node, std::size_t index, const model::Alert& alert) {
  auto key = node.each_alone ? alert.rule + '{' + alert.key + '}'
                             : text_of(part_of(alert.labels, node.group_by));
  return index > 0 || !node.each_alone ? node.key + ':' + key : key;
}

}  // namespace

model::Labels without_severity(model::Labels labels) {
  labels.erase("severity");
  return labels;
}

model::Labels part_of(const model::Labels& labels, const std::vector<std::string>& names) {
  model::Labels out;
  for (const auto& name : names) {
    if (const auto found = labels.find(name); found != labels.end()) out.insert(*found);
  }
  return out;
}

void Router::configure(const config::Route& root, std::vector<Target> targets,
                       const std::string& self_monitoring, std::set<std::string> holding) {
  tree_ = std::make_shared<const RouteTree>(root);
  targets_ = std::move(targets);
  by_receiver_.clear();
  for (const auto& target : targets_) by_receiver_[target.receiver].push_back(&target);
  std::erase_if(holding, [&](const std::string& name) { return !knows(name); });
  own_wanted_ = {self_monitoring.empty() ? tree_->node(0).receiver : self_monitoring};
  own_receivers_.clear();
  hold_own(std::move(holding));
}

std::vector<Place> Router::places(const model::Alert& alert) const {
  std::vector<Place> out;
  if (is_own(alert)) {
    for (const auto& receiver : own_receivers_) out.push_back({0, receiver, own_key(alert)});
    return out;
  }
  const auto* named = named_(alert);
  for (const auto index : tree_->match(alert.labels)) {
    const auto& node = tree_->node(index);
    const auto key = group_key(node, index, alert);
    if (!named || named->empty())
      out.push_back({index, node.receiver, key});
    else
      for (const auto& receiver : *named) out.push_back({index, receiver, key});
    // The rule's word replaces all routes; the first says how it is grouped
    if (named && !named->empty()) break;
  }
  return out;
}

const std::vector<const Target*>& Router::targets_of(const std::string& receiver) const {
  static const std::vector<const Target*> kNone;
  const auto found = by_receiver_.find(receiver);
  return found == by_receiver_.end() ? kNone : found->second;
}

bool Router::want_own(const std::vector<std::string>& wanted) {
  std::vector<std::string> next;
  for (const auto& name : wanted) {
    if (knows(name) && std::ranges::find(next, name) == next.end()) next.push_back(name);
  }
  if (next.empty()) return false;
  own_wanted_ = std::move(next);
  return true;
}

bool Router::hold_own(std::set<std::string> holding) {
  for (const auto& name : own_wanted_) holding.erase(name);
  auto next = own_wanted_;
  next.insert(next.end(), holding.begin(), holding.end());
  return std::exchange(own_receivers_, next) != next;
}

void Router::let_go(const std::string& receiver) {
  if (std::ranges::find(own_wanted_, receiver) == own_wanted_.end())
    std::erase(own_receivers_, receiver);
}

}  // namespace alarum::alert
