#pragma once
#include "config/routing.h"

namespace alarum::config {

/// Warns of what was written and can never have an effect, where that is certain: a route that
/// another takes everything from, or that wants what the routes above it never hand on; a rule of
/// inhibition that fits no pair of alerts; a time interval that never comes. Nothing that only
/// might be so. `root` is the mapping that `routing` was read from, `now` the wall clock's.
void check_routing(const Node& root, const Routing& routing, Time now, Diagnostics& out);

}  // namespace alarum::config
