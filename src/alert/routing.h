#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "model/notification.h"

namespace alarum::alert {

/// One integration of a receiver.
struct Target {
  std::string name;  ///< `default/webhook/0`
  std::string receiver;
  bool send_resolved = true;
  std::vector<model::EndReason> resolve_on = {};  ///< ends that it is told; empty: all
  bool notify_ack = false;  ///< it is notified of acknowledgements, and of their end

  bool wants(const model::Alert& alert) const {
    if (alert.state == model::AlertState::firing) return true;
    return send_resolved &&
           (resolve_on.empty() || std::ranges::find(resolve_on, alert.reason) != resolve_on.end());
  }
};

/// One message to one target.
struct Routed {
  std::string target;
  model::Message message;
  Time at;  ///< engine time of the telling
};

/// Whether it is an alert of Alarum about itself: one that the bridge posted (its labels are
/// `alertname`, which begins with `Alarum`, and `severity`, and no others), or AlarumRuleDegraded.
/// What AlarumSourceSilent is about is a fleet of others.
bool is_own(const model::Alert& alert);

/// Derived from target, group, time of the telling, and the alerts with what happened to them:
/// stable across retries, restarts and replays.
std::string notification_id(const Routed& routed);

}  // namespace alarum::alert
