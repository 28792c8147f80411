#pragma once
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace alarum::cli {

struct HistoryOptions {
  std::string url;                    ///< of `--url`; empty: as ClientSettings says
  std::vector<std::string> matchers;  ///< of the alerts' labels
  /// Parameters of `GET /api/v1/history`: since, until, kind, why, target, alert, limit
  std::vector<std::pair<std::string, std::string>> asked;
  bool bridge = false;  ///< starts, stops and reloads of the daemon, not what happened to alerts
  bool json = false;    ///< as the API gives it
};

/// Lists what happened at a running bridge, newest first. Exit code: 0, or 1 when it cannot be
/// reached or refuses a parameter.
int history_command(const HistoryOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
