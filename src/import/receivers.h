#pragma once
#include "base/node.h"
#include "import/yaml_writer.h"

namespace alarum::import {

/// Writes one receiver of Alertmanager's under the name `name`. Warnings go to `out`.
void import_receiver(const Node& receiver, const std::string& name, YamlWriter& to, Diagnostics& out);

}  // namespace alarum::import
