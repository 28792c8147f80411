#pragma once
#include <optional>
#include <vector>

#include "base/node.h"
#include "config/config.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// Reads `receivers`. Names must be unique and have no `/`. A `fallback` must name another
/// receiver, and fallbacks must not form a circle. Every fault goes to `out`; the result may then
/// be incomplete.
std::vector<Receiver> read_receivers(const Node& node, const ReceiverKinds& kinds,
                                     Diagnostics& out);

/// The receivers of a config without `receivers`: one, named `console`, which writes to standard
/// output.
std::vector<Receiver> default_receivers(const ReceiverKinds& kinds);

/// Reads `heartbeat`. nullopt and an error if it is no mapping.
std::optional<Heartbeat> read_heartbeat(const Node& node, Diagnostics& out);

}  // namespace alarum::config
