#pragma once
#include <ostream>

#include "cli/backtest_command.h"

namespace alarum::cli {

/// backtest_command() of a daemon: sends it the rules, shows how far it is, and prints the result.
/// SIGINT and SIGTERM cancel the job there. The routing in force at the daemon says whom messages
/// are counted for. Exit code: as backtest_command(); 130: it was interrupted.
int remote_backtest(const BacktestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
