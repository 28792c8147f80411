#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/route_tree.h"
#include "alert/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// A group that an alert belongs to.
struct Place {
  std::size_t node = 0;  ///< of the route tree
  std::string receiver;
  std::string key;  ///< as Group::key
  std::string text() const { return receiver + '\n' + key; }
};

/// Which groups an alert belongs to, and which targets they have: the route tree, the receivers
/// that a rule names in place of its route's, and those of Alarum's own alerts. Changes with the
/// config only. Lives beside the dispatcher, on the engine's thread.
class Router {
 public:
  /// The receivers that the alert's rule names, which replace those of its route; nullptr: none.
  using Receivers = std::function<const std::vector<std::string>*(const model::Alert&)>;
  explicit Router(Receivers named) : named_(std::move(named)) {}

  /// `self_monitoring`: the receiver of built-in alerts; empty: the root's. `holding`: receivers
  /// that have such an alert; they keep it until they were notified of its end.
  void configure(const config::Route& root, std::vector<Target> targets,
                 const std::string& self_monitoring, std::set<std::string> holding);

  /// Groups that the alert belongs to; the same one twice where its rule names a receiver twice.
  std::vector<Place> places(const model::Alert& alert) const;
  const RouteTree& tree() const { return *tree_; }
  const RouteNode& node(std::size_t index) const { return tree_->node(index); }
  /// Alerts there are logged, and nobody is notified.
  bool logs_only(const Place& place) const {
    return node(place.node).log_only && place.receiver == kLogOnly;
  }

  const std::vector<Target>& targets() const { return targets_; }
  bool knows(const std::string& receiver) const { return by_receiver_.contains(receiver); }
  /// In the order of the config; none where the receiver is not known.
  const std::vector<const Target*>& targets_of(const std::string& receiver) const;

  /// Who is notified of built-in alerts: those who are wanted, then by name those who hold one.
  const std::vector<std::string>& own_receivers() const { return own_receivers_; }
  /// Names that the config does not have, and none at all, change nothing: false.
  bool want_own(const std::vector<std::string>& wanted);
  /// Beside those who are wanted these hold such alerts. False: nothing has changed.
  bool hold_own(std::set<std::string> holding);
  /// It has been notified of the end of all that it held.
  void let_go(const std::string& receiver);

 private:
  const Receivers named_;
  std::shared_ptr<const RouteTree> tree_;
  std::vector<Target> targets_;
  std::unordered_map<std::string, std::vector<const Target*>> by_receiver_;
  std::vector<std::string> own_wanted_;
  std::vector<std::string> own_receivers_;
};

/// The labels of these names.
model::Labels part_of(const model::Labels& labels, const std::vector<std::string>& names);
/// Without its severity the labels of an instance stay the same when it escalates, and so does its
/// group.
model::Labels without_severity(model::Labels labels);

}  // namespace alarum::alert
