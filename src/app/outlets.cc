#include "app/outlets.h"

#include <map>

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

Wires wires_of(const config::Config& config, bool colour, const Destinations& known) {
  Wires wires;
  Integrations integrations;
  wires.outlets.routing = std::make_shared<const config::Routing>(config.routing);
  for (const auto& receiver : config.receivers) {
    for (auto& target : targets_of(receiver, known)) {
      integrations[target.name] = target.how;
      wires.destinations[target.name] = destination_of(*target.how);
      wires.outlets.targets.push_back({target.name, receiver.name, target.how->send_resolved, target.how->resolve_on});
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

std::vector<std::string> names_of(const std::vector<deliver::Target>& targets) {
  std::vector<std::string> names;
  for (const auto& target : targets) names.push_back(target.name);
  return names;
}

}  // namespace alarum::app
