#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "model/notification.h"

namespace alarum::alert {

/// One integration of a receiver, to which messages are sent.
struct Target {
  std::string name;      ///< receiver, kind and number: `default/webhook/0`
  std::string receiver;  ///< the name of its receiver in the config
  bool send_resolved = true;
  std::vector<model::EndReason> resolve_on = {};  ///< ends that it is notified of; empty: all
  bool notify_ack = false;  ///< it is notified of acknowledgements and of their end

  /// Whether the target is notified of an alert in this state.
  bool wants(const model::Alert& alert) const {
    if (alert.state == model::AlertState::firing) return true;
    return send_resolved &&
           (resolve_on.empty() || std::ranges::find(resolve_on, alert.reason) != resolve_on.end());
  }
};

/// A message for one target, as routing has decided it.
struct Routed {
  std::string target;
  model::Message message;
  Time at;  ///< engine time of the flush that made it
};

/// Whether the alert is about Alarum itself: AlarumRuleDegraded, or one that the daemon posted,
/// which has exactly the labels `alertname` (beginning with `Alarum`) and `severity`.
/// AlarumSourceSilent does not count, because it is about devices.
bool is_own(const model::Alert& alert);

/// The id of a notification, made from target, group, time, and its alerts with their changes. It
/// is the same for every retry, after a restart, and in a replay, so that receivers can recognise
/// copies.
std::string notification_id(const Routed& routed);

}  // namespace alarum::alert
