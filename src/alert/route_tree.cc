#include "alert/route_tree.h"

#include <algorithm>

namespace alarum::alert {
namespace {

using namespace std::chrono_literals;

// Alertmanager's defaults.
constexpr Duration kGroupWait = 30s, kGroupInterval = 5min, kRepeat = 4h;

std::string unique(std::string key, const std::vector<RouteNode>& nodes) {
  const auto taken = [&](const std::string& text) {
    return std::ranges::any_of(nodes, [&](const RouteNode& node) { return node.key == text; });
  };
  if (!taken(key)) return key;
  for (int number = 1;; ++number) {
    if (auto text = key + '#' + std::to_string(number); !taken(text)) return text;
  }
}

}  // namespace

RouteTree::RouteTree(const config::Route& root) {
  add(root, nullptr, {});
}

// `said` has what the nodes above set; what the node sets itself replaces it.
std::size_t RouteTree::add(const config::Route& route, const RouteNode* parent,
                           config::Route said) {
  if (route.receiver) said.receiver = route.receiver;
  if (route.group_by) said.group_by = route.group_by;
  if (route.group_wait) said.group_wait = route.group_wait;
  if (route.group_interval) said.group_interval = route.group_interval, said.new_alert_wait.reset();
  if (route.new_alert_wait) said.new_alert_wait = route.new_alert_wait;
  if (route.repeat_interval) said.repeat_interval = route.repeat_interval;
  RouteNode node;
  node.key = unique((parent ? parent->key + '/' : "") + model::to_text(route.matchers), nodes_);
  node.log_only = route.log_only;
  node.receiver = node.log_only ? kLogOnly : said.receiver.value_or("");
  node.matchers = route.matchers;
  node.each_alone = !said.group_by || said.group_by->each_alone;
  if (!node.each_alone) node.group_by = said.group_by->labels;
  std::ranges::sort(node.group_by);
  node.wait = said.group_wait.value_or(node.each_alone ? 0s : kGroupWait);
  node.interval = said.group_interval.value_or(node.each_alone ? 0s : kGroupInterval);
  node.repeat = said.repeat_interval.value_or(kRepeat);
  node.news = said.new_alert_wait;
  node.goes_on = route.goes_on;
  node.mute = route.mute_time_intervals;
  node.active = route.active_time_intervals;
  const auto index = nodes_.size();
  nodes_.push_back(node);
  for (const auto& child : route.routes) {
    const auto added = add(child, &node, said);
    nodes_[index].children.push_back(added);
  }
  return index;
}

std::vector<std::size_t> RouteTree::match(const model::Labels& labels) const {
  std::vector<std::size_t> out;
  collect(0, labels, out);
  return out;
}

// Keys are `NODE:GROUP`, except for single alerts at the root. Values may contain colons, so the
// longest key that fits is the right one.
std::optional<std::size_t> RouteTree::find(const std::string& group_key) const {
  std::optional<std::size_t> found;
  for (std::size_t index = 0; index < nodes_.size(); ++index) {
    const auto& key = nodes_[index].key;
    if (!group_key.starts_with(key + ':')) continue;
    if (!found || key.size() > nodes_[*found].key.size()) found = index;
  }
  if (!found && nodes_.front().each_alone) return 0;
  return found;
}

void RouteTree::collect(std::size_t index, const model::Labels& labels,
                        std::vector<std::size_t>& out) const {
  const auto before = out.size();
  for (const auto child : nodes_[index].children) {
    if (!model::all_match(nodes_[child].matchers, labels)) continue;
    collect(child, labels, out);
    if (!nodes_[child].goes_on) break;
  }
  if (out.size() == before) out.push_back(index);
}

}  // namespace alarum::alert
