#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct AlertsOptions {
  std::string url = "http://127.0.0.1:9797";
  std::vector<std::string> matchers;  ///< `severity=critical`; a bare word is an alertname
  bool all = false;                   ///< resolved ones too
  bool json = false;                  ///< as the API gives it
};

/// Lists the alerts of a running bridge. Exit code: 0, or 1 when it cannot be reached.
int alerts_command(const AlertsOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
