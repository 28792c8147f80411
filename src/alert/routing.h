#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "model/notification.h"

namespace alarum::alert {

/// One integration of a receiver.
struct Target {
  std::string name;            ///< `default/webhook/0`
  std::string receiver;
  bool send_resolved = true;
  std::vector<model::EndReason> resolve_on = {};  ///< ends that it is told; empty: all

  bool wants(const model::Alert& alert) const {
    if (alert.state == model::AlertState::firing) return true;
    return send_resolved && (resolve_on.empty() || std::ranges::find(resolve_on, alert.reason) != resolve_on.end());
  }
};

/// One message to one target.
struct Routed {
  std::string target;
  model::Message message;
  Time at;  ///< engine time of the telling
};

/// Derived from target, group, time of the telling, and the alerts with what happened to them: stable across retries, restarts and replays.
std::string notification_id(const Routed& routed);

}  // namespace alarum::alert
