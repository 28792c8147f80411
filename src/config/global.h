#pragma once
#include <optional>

#include "base/node.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// Prepares a config that was written for Alertmanager 0.31 (its docs/configuration.md), so that
/// the readers need not know about `global` and null:
/// - `global` is written out into those entries of `receivers` that do not set the value
///   themselves;
/// - keys of routes, receivers, inhibit rules and time intervals that are null are removed, as
///   Alertmanager ignores them. Elsewhere null stays and is a fault for the readers.
///
/// A value that is not used here is a warning, an unknown key an error. nullopt and an error if the
/// written-out config would have more than kMaxYamlNodes values.
std::optional<Node> with_global(Node root, const ReceiverKinds& kinds, Diagnostics& out);

}  // namespace alarum::config
