#pragma once
#include <optional>
#include <string>

#include "base/node.h"
#include "config/secret.h"

namespace alarum::config {

/// Where a path stands that the config file names: relative to that file's folder.
std::string beside(const std::string& config_file, const std::string& path);

/// The secret `key` of a mapping, or the content of the file that `<key>_file` names, without the
/// line break at its end. An error when both are there, or the file cannot be read or is empty.
/// nullopt when there is none. No fault shows a value.
std::optional<Secret> read_secret(const Node& mapping, const std::string& key, Diagnostics& out);

}  // namespace alarum::config
