#pragma once
#include <optional>
#include <vector>

#include "base/node.h"
#include "config/config.h"

namespace alarum::config {

/// Reads `receivers`. Every fault goes to `out`; what is broken is left out.
std::vector<Receiver> read_receivers(const Node& node, Diagnostics& out);

/// Reads `heartbeat`.
std::optional<Heartbeat> read_heartbeat(const Node& node, Diagnostics& out);

}  // namespace alarum::config
