#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// Stands for a receiver where alerts are logged only.
constexpr const char* kLogOnly = "(log only)";

/// One node of the route tree with all that it inherits.
struct RouteNode {
  /// The matchers on the way to it, as Alertmanager writes them: `{}/{team="a"}`; unique
  std::string key;
  std::string receiver;
  model::Matchers matchers;
  bool each_alone = true;             ///< each alert is a group
  std::vector<std::string> group_by;  ///< else these labels make one; sorted
  Duration wait{}, interval{}, repeat{};
  /// How long news waits at most in a group that was notified before; nullopt: for the next tick
  std::optional<Duration> news;
  bool log_only = false;  ///< nobody is notified; `receiver` is kLogOnly
  bool goes_on = false;
  std::vector<std::string> mute, active;  ///< names of time intervals
  std::vector<std::size_t> children;
};

/// Who is told of an alert: Alertmanager's routes. The first child that matches takes it, and the
/// next ones too where it says `continue`; where no child matches, the node itself. Immutable.
///
/// Waits that nobody on the way says are Alertmanager's (30 s, then every 5 min) where alerts are
/// grouped, and none where each alert stands alone. Reminders come after 4 h.
class RouteTree {
 public:
  explicit RouteTree(const config::Route& root);

  /// Indexes of the nodes that take it; never none.
  std::vector<std::size_t> match(const model::Labels& labels) const;
  const RouteNode& node(std::size_t index) const { return nodes_[index]; }
  /// The node that a group of this key is of; nullopt: there is none with its matchers.
  std::optional<std::size_t> find(const std::string& group_key) const;
  std::size_t size() const { return nodes_.size(); }

 private:
  std::size_t add(const config::Route& route, const RouteNode* parent, config::Route said);
  void collect(std::size_t index, const model::Labels& labels, std::vector<std::size_t>& out) const;

  std::vector<RouteNode> nodes_;  // the root first
};

}  // namespace alarum::alert
