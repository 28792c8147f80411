#pragma once
#include "app/load.h"

namespace alarum::app {

/// `alarum serve`: runs the daemon until SIGTERM or SIGINT. Exit code: 0, or 1 when config, rules
/// or the machine are at fault.
int serve(const Settings& settings);

}  // namespace alarum::app
