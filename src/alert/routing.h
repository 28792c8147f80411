#pragma once
#include <string>
#include <vector>

#include "model/notification.h"

namespace alarum::alert {

/// One integration of the receiver that everything is routed to.
struct Target {
  std::string name;            ///< `default/webhook/0`
  std::string receiver;
  bool send_resolved = true;
};

/// One message to one target.
struct Routed {
  std::string target;
  model::Message message;
};

/// Turns the changes of one step into messages: every alert by itself, at once. What is late is not told; repeats are not told;
/// an escalation (the old resolved, the new firing) is one message. Pure.
std::vector<Routed> route(const std::vector<model::Change>& changes, const std::vector<Target>& targets);

/// Derived from (rule, key, target, offset of the change): stable across retries, restarts and replays.
std::string notification_id(const Routed& routed);

}  // namespace alarum::alert
