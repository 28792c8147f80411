#pragma once
#include <optional>
#include <vector>

#include "base/node.h"
#include "config/config.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// Reads `receivers`. Every fault goes to `out`; what is broken is left out.
std::vector<Receiver> read_receivers(const Node& node, const ReceiverKinds& kinds,
                                     Diagnostics& out);

/// What holds where a config says none: one, named `console`, that writes to standard output.
std::vector<Receiver> default_receivers(const ReceiverKinds& kinds);

/// Reads `heartbeat`.
std::optional<Heartbeat> read_heartbeat(const Node& node, Diagnostics& out);

}  // namespace alarum::config
