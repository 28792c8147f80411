#pragma once
#include <optional>

#include "base/node.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// A config as Alertmanager 0.31 reads it (its docs/configuration.md): `global` written out into
/// the entries of `receivers` that do not say it themselves, and its keys of route, receivers,
/// inhibit rules and time intervals that are null left out. What is not used goes to `out` as a
/// warning, an unknown key as an error. Other parts of the config stay as they are: a null there is
/// a fault. nullopt, and an error, when `global` written out makes more than kMaxYamlNodes values.
std::optional<Node> with_global(Node root, const ReceiverKinds& kinds, Diagnostics& out);

}  // namespace alarum::config
