#pragma once
#include "app/load.h"

namespace alarum::app {

/// Runs the daemon (`alarum serve`) until SIGTERM or SIGINT, on the calling thread. Faults of the
/// start go to standard error. Returns the exit code: 0; or 1 if config, rules or the machine
/// prevented the start. A stop that does not end in time leaves the process with 1.
int serve(const Settings& settings);

}  // namespace alarum::app
