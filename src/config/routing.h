#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/time.h"
#include "config/time_intervals.h"
#include "model/matcher.h"

namespace alarum::config {

/// One node of the `route` tree (docs/routing.md; Alertmanager's meaning unless it says otherwise).
/// What a node does not set is inherited from its parent; the dispatcher resolves that. An alert
/// goes to the first child that matches, and to further ones while `goes_on` is true.
struct Route {
  std::optional<std::string> receiver;  ///< always set at the root
  /// `matchers`, `match` and `match_re` together. All must match.
  model::Matchers matchers;
  struct GroupBy {
    bool each_alone = false;          ///< `['...']`: each alert is a group
    std::vector<std::string> labels;  ///< empty: all alerts are one group
  };
  std::optional<GroupBy> group_by;  ///< not set at the root: each alert is a group
  std::optional<Duration> group_wait, group_interval, repeat_interval;
  /// Not in Alertmanager: in a group that was notified before, a new alert or a changed stage waits
  /// at most this long and not until the group's next interval. A route with a `group_interval` of
  /// its own does not inherit it.
  std::optional<Duration> new_alert_wait;
  /// Not in Alertmanager: a line is logged, and nobody is notified. Not inherited.
  bool log_only = false;
  bool goes_on = false;  ///< `continue`
  std::vector<std::string> mute_time_intervals, active_time_intervals;
  std::vector<Route> routes;
};

/// One entry of `inhibit_rules`: while an alert fires that satisfies `source`, alerts that satisfy
/// `target` are suppressed if both have the same values of the labels in `equal`.
struct InhibitRule {
  model::Matchers source, target;
  std::vector<std::string> equal;
};

/// Everything in a config that decides who is notified of what and when. The names of receivers are
/// checked against the config's receivers.
struct Routing {
  Route root;
  std::vector<InhibitRule> inhibit_rules;
  std::vector<NamedIntervals> intervals;
  /// The config has no `route`: `root` comes from default_routing() or console_routing().
  bool by_default = false;

  /// The time interval with this name, or nullptr.
  const NamedIntervals* interval(const std::string& name) const;
};

/// Sends every alert to this receiver, each by itself, at once.
Routing routing_to(std::string receiver);

/// The routing of a config without `route` (docs/routing.md "Without a route"). Alerts with the
/// same name and rack are one message. Critical and major alerts, and those with another severity,
/// are notified after 20 s; minor and warning after 5 min, then each hour; info is only logged.
/// Reminders are daily.
Routing default_routing(std::string receiver);

/// The routing of a config without `receivers` too: the console shows each alert by itself, at
/// once, info included, because it is a log that somebody watches.
Routing console_routing();

/// One line that tells people which of the two is in force.
std::string default_routing_text(const Routing& routing);

/// Reads `route`, `inhibit_rules`, `time_intervals` and `mute_time_intervals` of the config's root,
/// and calls check_routing() with the time of the system's clock. `receivers`: the known names.
/// Faults go to `out`.
Routing read_routing(const Node& root, const std::vector<std::string>& receivers, Diagnostics& out);

/// Every receiver that the tree names; a name may occur several times.
std::vector<std::string> receivers_of(const Route& route);

}  // namespace alarum::config
