#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/notification.h"

namespace alarum::deliver {

/// Makes the content of a message for a target, as the engine's Compose does.
using ComposeFor = std::function<std::optional<model::Content>(const std::string& target,
                                                               const model::Message& message)>;

/// One notification in place of several for the same target, in the order in which they were to be
/// sent: of each alert its newest state, worst first. Its id is derived from theirs. nullopt when
/// their facts are not known or nothing is left to tell. Its sequence is that of the last.
std::optional<model::Notification> merge(const std::vector<const model::Notification*>& parts,
                                         const ComposeFor& compose);

/// Sequence and id of a notification as the book has it, in place of which another one is sent.
using StandsFor = std::pair<std::uint64_t, std::string>;

/// The headers Alarum-Replaces and Alarum-Replaces-Count of one that was merged, in its order. The
/// first 50 are named, the oldest of each group: who is sent them one by one after a crash takes
/// the newest for new, and passes over none but older ones. None of `all` is a merged one itself:
/// what is made anew after a crash may be merged otherwise.
std::string replaces_header(const std::vector<StandsFor>& all);

}  // namespace alarum::deliver
