#pragma once
#include <optional>
#include <string>

#include "base/node.h"
#include "config/secret.h"

namespace alarum::config {

/// A path that the config file names: relative to the folder of that file, unless it is absolute.
std::string beside(const std::string& config_file, const std::string& path);

/// Reads the secret `key` of a mapping, or the file that `<key>_file` names, without the line
/// breaks at its end. nullopt if there is neither. An error if both are there, or the file cannot
/// be read, is empty, or has more than 64 KiB. Errors never show the value. Blocks on the file
/// system.
std::optional<Secret> read_secret(const Node& mapping, const std::string& key, Diagnostics& out);

}  // namespace alarum::config
