#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/notification.h"

namespace alarum::deliver {

/// Makes the content of a message for a target, as the engine's Compose does.
using ComposeFor = std::function<std::optional<model::Content>(const std::string& target, const model::Message& message)>;

/// One notification in place of several for the same target, in the order in which they were to be sent: of each alert its newest state,
/// worst first. Its id is derived from theirs; the header Alarum-Replaces names them (the first 50, and how many in all). nullopt when
/// their facts are not known or nothing is left to tell. Its sequence is that of the last.
std::optional<model::Notification> merge(const std::vector<const model::Notification*>& parts, const ComposeFor& compose);

}  // namespace alarum::deliver
