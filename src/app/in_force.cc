#include "app/in_force.h"

namespace alarum::app {

InForce::InForce(Loaded loaded, StartKeys keys, Time now)
    : start_keys(std::move(keys)),
      config(std::move(loaded.config)),
      generation(std::move(loaded.generation)),
      coming(generation.get()),
      reload(std::make_shared<const ReloadState>(ReloadState{true, now, {}, {}})),
      pushes(config.pushes),
      auth(config.auth) {}

void InForce::show(const config::Config& shown) {
  auto next = std::make_shared<api::ConfigView>();
  next->routing = std::make_shared<const config::Routing>(shown.routing);
  for (const auto& receiver : shown.receivers) next->receivers.push_back(receiver.name);
  next->silences = shown.silences;
  next->resolve_timeout = shown.resolve_timeout;
  next->shown = shown.shown;
  config_view.set(std::move(next));
  own_route.set(std::make_shared<const OwnRoute>(shown, wires.destinations));
  notifying.set(std::make_shared<const NotificationConfig>(wires));
}

}  // namespace alarum::app
