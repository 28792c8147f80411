#pragma once
#include <string>

#include "base/node.h"
#include "config/receiver_kind.h"

namespace alarum::config {

/// A config as people may see it: YAML in block style, with `<secret>` in place of what is or may
/// be one: tokens, passwords, keys, header values, and the URLs of receivers, heartbeat and
/// proxies. Of other URLs user, password and query are left out. Paths of `*_file` keys stay.
/// `config`: the root as it stands in the file.
std::string shown_text(const Node& config, const ReceiverKinds& kinds);

}  // namespace alarum::config
