#pragma once
#include "config/routing.h"

namespace alarum::config {

/// Warns of things that were written but can certainly never have an effect:
/// - a route to which no alert comes, because of the routes above or before it;
/// - an inhibit rule that no pair of alerts can satisfy;
/// - a time interval that never comes.
///
/// `root`: the mapping that `routing` was read from. `now`: wall-clock time.
void check_routing(const Node& root, const Routing& routing, Time now, Diagnostics& out);

}  // namespace alarum::config
