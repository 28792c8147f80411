#pragma once
#include <string>

#include "base/diagnostics.h"
#include "config/config.h"

namespace alarum::app {

/// Checks every certificate, key and `ca_file` that the config names (of the listener, sources, smn
/// and sns, receivers, the heartbeat) by loading it as the daemon will. Each one that does not load
/// becomes an error in `out`, placed at `path`, the config file. Blocks on the disk. load() calls
/// it, so a start, a reload and `alarum check` all reject such a config.
void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out);

}  // namespace alarum::app
