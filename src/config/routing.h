#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/time.h"
#include "config/time_intervals.h"
#include "model/matcher.h"

namespace alarum::config {

/// One node of the `route` tree (docs/routing.md). What is not said is inherited from the parent;
/// `routing` resolves it.
struct Route {
  std::optional<std::string> receiver;  ///< the root always has one
  /// `matchers`, `match` and `match_re` together; all must match
  model::Matchers matchers;
  struct GroupBy {
    bool each_alone = false;          ///< `['...']`
    std::vector<std::string> labels;  ///< none: everything in one group
  };
  std::optional<GroupBy> group_by;  ///< not said at the root: each alert by itself
  std::optional<Duration> group_wait, group_interval, repeat_interval;
  /// Not Alertmanager's: what fires, or changes its stage, in a group that was notified before
  /// waits so long at most, and not for the group's next tick. A route that says a `group_interval`
  /// of its own does not inherit it.
  std::optional<Duration> news_wait;
  /// Not Alertmanager's: nobody is notified, a line is logged; not inherited
  bool log_only = false;
  bool goes_on = false;  ///< `continue`
  std::vector<std::string> mute_time_intervals, active_time_intervals;
  std::vector<Route> routes;
};

/// One entry of `inhibit_rules`: while an alert fires that all of `source` match, those that all of
/// `target` match are kept back where the labels of `equal` have the same values.
struct InhibitRule {
  model::Matchers source, target;
  std::vector<std::string> equal;
};

/// Whom to tell of what, when: all of it that a config says.
struct Routing {
  Route root;
  std::vector<InhibitRule> inhibit_rules;
  std::vector<NamedIntervals> intervals;
  /// The config says no `route`: `root` is that of default_routing() or console_routing()
  bool by_default = false;

  const NamedIntervals* interval(const std::string& name) const;
};

/// Every alert to that receiver, each by itself, at once.
Routing routing_to(std::string receiver);

/// What holds where a config has no `route` (docs/routing.md "Without a route"): alerts of one name
/// and rack are one message. What is critical or major, or of no severity that we know, is notified
/// 20 s after it fires; minor and warning are gathered for 5 min, then for an hour; info is logged
/// only. Reminders come each day.
Routing default_routing(std::string receiver);

/// What holds where a config has no `receivers` either: the console is a log that somebody watches,
/// so it shows each alert by itself, at once, info too.
Routing console_routing();

/// Which of the two holds, in one line, for people.
std::string default_routing_text(const Routing& routing);

/// Reads `route`, `inhibit_rules`, `time_intervals` and `mute_time_intervals` of the config's root.
/// `receivers`: the names there are.
Routing read_routing(const Node& root, const std::vector<std::string>& receivers, Diagnostics& out);

/// Every receiver that the tree names.
std::vector<std::string> receivers_of(const Route& route);

}  // namespace alarum::config
