#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

struct ReceiversOptions {
  std::string config;  ///< file; empty: the daemon is asked
  std::string url;     ///< of `--url`; empty: as ClientSettings says
  std::string name;    ///< of the receiver
  bool json = false;
};

/// `alarum receivers test NAME`: sends each integration of the receiver one notification that is
/// marked as a test and is in no ledger and no history. The daemon sends it, or this process if a
/// config file is named. Exit code 0 all were taken; 1 one was not, or there is no such receiver.
int receivers_test_command(const ReceiversOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
