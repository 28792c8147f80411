#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "config/receiver_kind.h"

namespace alarum::import {

/// Translates a configuration of Alertmanager (0.31, its docs/configuration.md) into one of
/// Alarum's, as YAML text. Every route stays. A receiver of which nothing can be translated writes
/// to the console, with a comment. What will behave differently is a comment at its place; what a
/// person must look at is also a warning in `out`, with its place in `text`. nullopt, with errors
/// in `out`, if the text is no such configuration.
///
/// `file`: the name of the text in messages. `ours`: the kinds of receivers that Alarum has. Pure:
/// reads no other file. Costs time in proportion to the text.
std::optional<std::string> import_alertmanager(std::string_view text, const std::string& file,
                                               const config::ReceiverKinds& ours, Diagnostics& out);

}  // namespace alarum::import
