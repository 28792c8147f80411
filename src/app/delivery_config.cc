#include "app/delivery_config.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "receivers/list.h"
#include "receivers/receiver.h"
#include "receivers/text/card.h"

namespace alarum::app {
namespace {

using Integrations = std::map<std::string, std::shared_ptr<const config::Integration>>;
using Names = std::map<std::string, std::vector<std::string>>;  // of targets, by receiver

// What messages show of this machine.
struct Look {
  std::string external_url;
  bool colour = false;
};

std::vector<deliver::Target> targets_of(const config::Receiver& receiver,
                                        const Destinations& known) {
  std::vector<deliver::Target> targets;
  const auto names = target_names(receiver, known);
  for (std::size_t i = 0; i < names.size(); ++i)
    targets.push_back(deliver::target_of(names[i], receiver.integrations[i]));
  return targets;
}

Names names_by_receiver(const config::Config& config, const Destinations& known) {
  Names names;
  for (const auto& receiver : config.receivers)
    names[receiver.name] = target_names(receiver, known);
  return names;
}

std::string external_url_of(const config::Config& config) {
  if (!config.external_url.empty()) return config.external_url;
  return (config.tls ? "https://" : "http://") + config.listen.text();
}

// Throws std::out_of_range if `names` lacks a receiver or a target.
engine::DeliveryConfig outlets_from(const config::Config& config, const Names& names, Look look) {
  engine::DeliveryConfig outlets;
  Integrations integrations;
  outlets.self_monitoring = config.self_monitoring;
  outlets.routing = std::make_shared<const config::Routing>(config.routing);
  for (const auto& receiver : config.receivers) {
    for (std::size_t i = 0; i < receiver.integrations.size(); ++i) {
      const auto& name = names.at(receiver.name).at(i);
      const auto how = std::make_shared<const config::Integration>(receiver.integrations[i]);
      integrations[name] = how;
      outlets.targets.push_back(
          {name, receiver.name, how->send_resolved, how->resolve_on, how->notify_ack});
    }
  }
  for (const auto& [name, how] : integrations) {
    if (how->fallback.empty()) continue;
    for (const auto& target : outlets.targets) {
      if (target.name.starts_with(how->fallback + '/'))
        outlets.fallbacks[name].push_back(target.name);
    }
  }
  outlets.compose = [integrations = std::move(integrations), look = std::move(look)](
                        const std::string& target,
                        const model::Message& message) -> std::optional<model::Content> {
    const auto found = integrations.find(target);
    if (found == integrations.end()) return std::nullopt;
    return receivers::compose(message, {*found->second, look.external_url, look.colour});
  };
  return outlets;
}

}  // namespace

void log_alert(const model::Change& change) {
  const auto& alert = change.alert;
  log::info("alert",
            receivers::said_of(alert, "alertname") + ' ' + std::string(to_text(change.kind)),
            {{"severity", to_text(alert.severity)},
             {"where", receivers::where_of(alert)},
             {"summary", receivers::said_of(alert, "summary")},
             {"alert", alert.id}});
}

NotificationConfig notification_config_of(const config::Config& config, bool colour,
                                          const Destinations& known) {
  NotificationConfig wires;
  wires.outlets =
      outlets_from(config, names_by_receiver(config, known), {external_url_of(config), colour});
  wires.routing = routing_text(config, colour, known);
  for (const auto& receiver : config.receivers) {
    for (auto& target : targets_of(receiver, known)) {
      wires.destinations[target.name] = destination_of(*target.how);
      wires.targets.push_back(std::move(target));
    }
  }
  if (config.heartbeat) {
    wires.heartbeat = deliver::target_of("heartbeat", config.heartbeat->how);
    wires.heartbeat_every = config.heartbeat->every;
  }
  return wires;
}

std::string routing_text(const config::Config& config, bool colour, const Destinations& known) {
  nlohmann::ordered_json head;
  head["external_url"] = external_url_of(config);
  head["colour"] = colour;
  head["names"] = names_by_receiver(config, known);
  return head.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n' +
         config.notifying;
}

Result<engine::DeliveryConfig> delivery_config_of(const std::string& routing_text) {
  const auto line = routing_text.find('\n');
  const auto head = nlohmann::json::parse(routing_text.substr(0, line), nullptr, false);
  try {
    const auto names = head.at("names").get<Names>();
    const Look look{head.at("external_url").get<std::string>(), head.at("colour").get<bool>()};
    Diagnostics faults;
    const auto config = config::parse(std::string_view(routing_text).substr(line + 1), "routing",
                                      receivers::kinds(), faults);
    if (!config)
      return fail("bad_routing", "the recorded routing is no config any more:\n" + faults.text());
    return outlets_from(*config, names, look);
  } catch (const std::exception& fault) {  // of nlohmann_json; std::out_of_range
    return fail("bad_routing",
                std::string("the recorded routing does not begin as it should: ") + fault.what());
  }
}

OwnRoute::OwnRoute(const config::Config& config, const Destinations& known)
    : first_(config.self_monitoring.empty() ? config.routing.root.receiver.value_or(config.route)
                                            : config.self_monitoring) {
  for (const auto& receiver : config.receivers) {
    auto& one = all_.emplace_back(Receiver{receiver.name, target_names(receiver, known), {}});
    for (const auto& integration : receiver.integrations) {
      if (!integration.fallback.empty()) one.fallbacks.push_back(integration.fallback);
    }
  }
}

bool OwnRoute::Receiver::takes(const std::set<std::string>& failing) const {
  return std::ranges::any_of(targets,
                             [&](const std::string& target) { return !failing.contains(target); });
}

std::vector<std::string> OwnRoute::receivers(const std::set<std::string>& failing) const {
  std::vector<std::string> out{first_};
  const auto first = std::ranges::find(all_, first_, &Receiver::name);
  if (first == all_.end() || first->targets.empty() || first->takes(failing)) return out;
  for (const auto& one : all_) {
    if (std::ranges::find(first->fallbacks, one.name) != first->fallbacks.end() &&
        one.takes(failing))
      out.push_back(one.name);
  }
  const auto any =
      std::ranges::find_if(all_, [&](const Receiver& one) { return one.takes(failing); });
  if (out.size() == 1 && any != all_.end()) out.push_back(any->name);
  return out;
}

}  // namespace alarum::app
