#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// The receiver's name on routes that only write alerts to the log.
constexpr const char* kLogOnly = "(log only)";

/// One node of the route tree, with everything that it inherits from the nodes above.
struct RouteNode {
  /// The matchers from the root to it, as Alertmanager writes them: `{}/{team="a"}`. Unique in the
  /// tree.
  std::string key;
  std::string receiver;
  model::Matchers matchers;
  bool each_alone = true;             ///< each alert is a group of its own
  std::vector<std::string> group_by;  ///< otherwise: the labels that make a group, sorted
  /// `group_wait`, `group_interval`, `repeat_interval`
  Duration wait{}, interval{}, repeat{};
  /// `news_wait`: how long news may wait in a group that was notified before; nullopt: until the
  /// next `group_interval`.
  std::optional<Duration> news;
  bool log_only = false;                  ///< nobody is notified; `receiver` is kLogOnly
  bool goes_on = false;                   ///< `continue`
  std::vector<std::string> mute, active;  ///< names of time intervals
  std::vector<std::size_t> children;      ///< indexes, in the order of the config
};

/// Who is notified of an alert: Alertmanager's routes (its package `dispatch`). The first child
/// whose matchers fit takes the alert, and the next ones as well if it says `continue`. If no child
/// fits, the node itself takes it. The tree never changes; any thread may read it.
///
/// Default times are Alertmanager's if alerts are grouped (`group_wait` 30 s, `group_interval` 5
/// min), and zero if each alert is a group of its own. `repeat_interval` is 4 h.
class RouteTree {
 public:
  explicit RouteTree(const config::Route& root);

  /// Indexes of the nodes that take an alert with these labels; at least one. Costs the matchers of
  /// all children on the way.
  std::vector<std::size_t> match(const model::Labels& labels) const;
  /// `index` is one that match() or find() has returned; 0 is the root.
  const RouteNode& node(std::size_t index) const { return nodes_[index]; }
  /// The node to which a group with this key belongs; nullopt if no node has its matchers.
  std::optional<std::size_t> find(const std::string& group_key) const;
  std::size_t size() const { return nodes_.size(); }

 private:
  std::size_t add(const config::Route& route, const RouteNode* parent, config::Route said);
  void collect(std::size_t index, const model::Labels& labels, std::vector<std::size_t>& out) const;

  std::vector<RouteNode> nodes_;  // the root first
};

}  // namespace alarum::alert
