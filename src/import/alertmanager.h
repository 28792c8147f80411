#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "config/receiver_kind.h"

namespace alarum::import {

/// Alertmanager's configuration (0.31, docs/configuration.md) as one of ours, a YAML text. Every
/// route stays: a receiver of which nothing can be taken over writes to the console, with a
/// comment. What behaves otherwise stands as a comment where it does; what somebody has to look at
/// is a warning in `out` as well, at its place in `text`. nullopt, and errors in `out`, when the
/// text is no such configuration. Reads no other file. `ours`: the kinds of receivers that there
/// are here. Pure; cost: the size of the text.
std::optional<std::string> import_alertmanager(std::string_view text, const std::string& file,
                                               const config::ReceiverKinds& ours, Diagnostics& out);

}  // namespace alarum::import
