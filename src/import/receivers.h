#pragma once
#include "base/node.h"
#include "config/receiver_kind.h"
#include "import/yaml_writer.h"

namespace alarum::import {

/// Writes one receiver of Alertmanager's under the name `name`. `ours`: the kinds that there are
/// here, which a file that is half moved has already. Warnings go to `out`.
void import_receiver(const Node& receiver, const std::string& name,
                     const config::ReceiverKinds& ours, YamlWriter& to, Diagnostics& out);

}  // namespace alarum::import
