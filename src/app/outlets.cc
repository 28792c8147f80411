#include "app/outlets.h"

#include <algorithm>
#include <map>

#include "base/log.h"
#include "deliver/card.h"
#include "deliver/notifier.h"

namespace alarum::app {
namespace {

using Integrations = std::map<std::string, std::shared_ptr<const config::Integration>>;

std::vector<deliver::Target> targets_of(const config::Receiver& receiver, const Destinations& known) {
  std::vector<deliver::Target> targets;
  const auto names = target_names(receiver, known);
  for (std::size_t i = 0; i < names.size(); ++i) targets.push_back(deliver::target_of(names[i], receiver.integrations[i]));
  return targets;
}

}  // namespace

void log_alert(const model::Change& change) {
  const auto& alert = change.alert;
  log::info("alert", deliver::said_of(alert, "alertname") + ' ' + std::string(to_text(change.kind)),
            {{"severity", to_text(alert.severity)}, {"where", deliver::where_of(alert)}, {"summary", deliver::said_of(alert, "summary")}, {"alert", alert.id}});
}

Wires wires_of(const config::Config& config, bool colour, const Destinations& known) {
  Wires wires;
  Integrations integrations;
  wires.outlets.self_monitoring = config.self_monitoring;
  wires.outlets.routing = std::make_shared<const config::Routing>(config.routing);
  for (const auto& receiver : config.receivers) {
    for (auto& target : targets_of(receiver, known)) {
      integrations[target.name] = target.how;
      wires.destinations[target.name] = destination_of(*target.how);
      wires.outlets.targets.push_back({target.name, receiver.name, target.how->send_resolved, target.how->resolve_on, target.how->notify_ack});
      wires.targets.push_back(std::move(target));
    }
  }
  for (const auto& [name, how] : integrations) {
    if (how->fallback.empty()) continue;
    for (const auto& target : wires.targets) {
      if (target.name.starts_with(how->fallback + '/')) wires.outlets.fallbacks[name].push_back(target.name);
    }
  }
  if (config.heartbeat) {
    wires.heartbeat = deliver::target_of("heartbeat", config.heartbeat->how);
    wires.heartbeat_every = config.heartbeat->every;
  }
  const auto external = config.external_url.empty() ? (config.tls ? "https://" : "http://") + config.listen.text() : config.external_url;
  wires.outlets.compose = [integrations = std::move(integrations), external, colour](
                              const std::string& target, const model::Message& message) -> std::optional<model::Content> {
    const auto found = integrations.find(target);
    if (found == integrations.end()) return std::nullopt;
    return deliver::compose(message, {*found->second, external, colour});
  };
  return wires;
}

OwnRoute::OwnRoute(const config::Config& config, const Destinations& known) : first_(config.self_monitoring.empty() ? config.routing.root.receiver.value_or(config.route) : config.self_monitoring) {
  for (const auto& receiver : config.receivers) {
    auto& one = all_.emplace_back(Receiver{receiver.name, target_names(receiver, known), {}});
    for (const auto& integration : receiver.integrations) {
      if (!integration.fallback.empty()) one.fallbacks.push_back(integration.fallback);
    }
  }
}

bool OwnRoute::Receiver::takes(const std::set<std::string>& failing) const {
  return std::ranges::any_of(targets, [&](const std::string& target) { return !failing.contains(target); });
}

std::vector<std::string> OwnRoute::receivers(const std::set<std::string>& failing) const {
  std::vector<std::string> out{first_};
  const auto first = std::ranges::find(all_, first_, &Receiver::name);
  if (first == all_.end() || first->targets.empty() || first->takes(failing)) return out;
  for (const auto& one : all_) {
    if (std::ranges::find(first->fallbacks, one.name) != first->fallbacks.end() && one.takes(failing)) out.push_back(one.name);
  }
  const auto any = std::ranges::find_if(all_, [&](const Receiver& one) { return one.takes(failing); });
  if (out.size() == 1 && any != all_.end()) out.push_back(any->name);
  return out;
}

std::vector<std::string> names_of(const std::vector<deliver::Target>& targets) {
  std::vector<std::string> names;
  for (const auto& target : targets) names.push_back(target.name);
  return names;
}

}  // namespace alarum::app
