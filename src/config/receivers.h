#pragma once
#include <vector>

#include "base/node.h"
#include "config/config.h"

namespace alarum::config {

/// Reads `receivers`. Every fault goes to `out`; what is broken is left out.
std::vector<Receiver> read_receivers(const Node& node, Diagnostics& out);

/// Reads `route` and checks that it names one of the receivers.
std::string read_route(const Node& node, const std::vector<Receiver>& receivers, Diagnostics& out);

}  // namespace alarum::config
