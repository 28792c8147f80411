#pragma once
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace alarum::cli {

struct HistoryOptions {
  std::string url;                    ///< of `--url`; empty: as ClientSettings says
  std::string data, config;           ///< a data folder in place of a daemon, unless `url` is given
  std::vector<std::string> matchers;  ///< of the alerts' labels
  /// Parameters of `GET /api/v1/history`: since, until, kind, why, target, alert, limit
  std::vector<std::pair<std::string, std::string>> asked;
  bool bridge = false;  ///< starts, stops and reloads of the daemon, not what happened to alerts
  bool json = false;    ///< as the API gives it
};

/// Lists what happened at a running bridge, or what the history of a data folder has, newest first.
/// Exit code: 0, or 1 if it cannot be read or a parameter is refused.
int history_command(const HistoryOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
