#pragma once
#include <string>

#include "base/diagnostics.h"
#include "config/config.h"

namespace alarum::app {

/// Loads every certificate, key and `ca_file` that the config names (of the listener, sources, smn
/// and sns, receivers, the heartbeat), as the daemon will; what does not load is an error of
/// `path`, the config file.
void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out);

}  // namespace alarum::app
