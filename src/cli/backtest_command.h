#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"

namespace alarum::cli {

struct BacktestOptions {
  /// The new ones; none: replay those that were in force and compare with the book
  std::vector<std::string> rules{};
  /// With `rules`: in place of the file that their `inventory` names
  std::string inventory{};
  std::optional<Duration> since;  ///< how far back; nullopt: as far as the journal reaches
  std::string data{}, config{};
  std::string url{};  ///< of `--url`; a daemon in place of a data folder, see asks_daemon()
  bool json = false;
  bool progress = false;  ///< stderr is a terminal
};

/// The journal of a data folder through the rules that were in force and through new ones, at full
/// speed; nothing is sent or written. Exit code: 0 the alerts are the same; 1 rules or data cannot
/// be read; 3 alerts differ, or the period is told in part only.
int backtest_command(const BacktestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
