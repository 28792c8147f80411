#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct AlertsOptions {
  std::string url;                 ///< of `--url`; empty: as ClientSettings says
  std::vector<std::string> words;  ///< ids, or matchers (selection_of())
  bool all = false;                ///< resolved ones too
  bool each = false;               ///< many of one name are not put into one row
  bool watch = false;              ///< again and again, until it is ended
  std::string output;              ///< `json`, `wide`, `simple`, or empty
  bool terminal = false;           ///< `out` is one
};

/// `alarum alerts`: lists the alerts of a running daemon, worst first, then newest. What it writes
/// may be shown on a terminal as it is. Exit code: 0, or 1 when it cannot be reached.
int alerts_command(const AlertsOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
