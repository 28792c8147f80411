#pragma once
#include <string>

#include "base/node.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// The part of a config that decides who is notified of what, when, and in which words: routes,
/// receivers, inhibit rules, time intervals and `self_monitoring`. The journal records it with each
/// reload, so a replay groups and suppresses as the live run did.
///
/// The result is the text of a config that parse() reads. It has no secrets: each secret or secret
/// file is replaced by a fixed harmless value, and keys of transport are left out. `config`: the
/// root of the tree, after with_global(). Pure: the same config gives the same text.
std::string notifying_part(const Node& config, const ReceiverKinds& kinds);

}  // namespace alarum::config
