#pragma once
#include <vector>

#include "app/target_names.h"
#include "config/config.h"
#include "deliver/stage.h"
#include "engine/ledger.h"

namespace alarum::app {

/// Who is told, and how, as the config says: the engine's view (names and bodies) and delivery's (addresses and
/// secrets).
struct Wires {
  engine::Outlets outlets;
  std::vector<deliver::Target> targets;
  std::optional<deliver::Target> heartbeat;
  Duration heartbeat_every{};
  Destinations destinations;

  deliver::Stage::Aims aims() const { return {targets, outlets.compose, heartbeat, heartbeat_every}; }
};
/// `known`: the names that were given before.
Wires wires_of(const config::Config& config, bool colour, const Destinations& known = {});

std::vector<std::string> names_of(const std::vector<deliver::Target>& targets);

}  // namespace alarum::app
