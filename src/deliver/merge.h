#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/notification.h"

namespace alarum::deliver {

/// Composes the content of a message for a target, as engine::Compose does.
using ComposeFor = std::function<std::optional<model::Content>(const std::string& target,
                                                               const model::Message& message)>;

/// Makes one notification out of several for the same target, which are given in the order in which
/// they would be sent. It has the newest state of each alert (identified by its labels), worst
/// first. Its id is derived from theirs and its sequence is that of the last. nullopt if the facts
/// of one are missing, or if nothing is left to send.
std::optional<model::Notification> merge(const std::vector<const model::Notification*>& parts,
                                         const ComposeFor& compose);

/// Sequence and id of a stored notification that a merged one replaces.
using StandsFor = std::pair<std::uint64_t, std::string>;

/// The headers `Alarum-Replaces` (ids of the first 50, in their order) and `Alarum-Replaces-Count`
/// of a merged notification. The oldest of each group come first: after a crash the replaced ones
/// may be sent one by one, and a receiver that passes over named ones then passes over older ones
/// only. `all` has stored notifications only, never merged ones, because after a crash they may be
/// merged differently.
std::string replaces_header(const std::vector<StandsFor>& all);

}  // namespace alarum::deliver
