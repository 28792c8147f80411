#pragma once
#include <string>

#include "base/diagnostics.h"
#include "config/config.h"

namespace alarum::app {

/// Loads the certificates and keys of `tls`, of sources' `tls`, and the `ca_file` of smn and sns, as the daemon will; what does not load is an error of
/// `path`, the config file.
void check_key_files(const config::Config& config, const std::string& path, Diagnostics& out);

}  // namespace alarum::app
