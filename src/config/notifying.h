#pragma once
#include <string>

#include "base/node.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// What of a config says who is notified of what, when, and in which words: routes, receivers,
/// inhibit rules, time intervals, `self_monitoring`. It is the text of a config of its own, which
/// parse() reads, and holds no secret: where one stood, or a file that holds one was named, stands
/// a text that is none. `config`: the root, with `global` written out.
std::string notifying_part(const Node& config, const ReceiverKinds& kinds);

}  // namespace alarum::config
