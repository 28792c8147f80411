#pragma once
#include "base/node.h"
#include "config/receiver_kind.h"
#include "import/yaml_writer.h"

namespace alarum::import {

/// Translates one receiver of Alertmanager and writes it to `to` under the name `name`. `ours`: the
/// kinds of receivers that Alarum has; a file that was translated in part may contain them already,
/// and they are copied. What cannot be translated becomes a comment, and a warning in `out`.
void import_receiver(const Node& receiver, const std::string& name,
                     const config::ReceiverKinds& ours, YamlWriter& to, Diagnostics& out);

}  // namespace alarum::import
