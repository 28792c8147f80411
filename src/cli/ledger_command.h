#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

struct LedgerOptions {
  std::string data{}, config{};
  std::string url{};  ///< of `--url`; a daemon in place of a data folder, see asks_daemon()
  bool json = false;
};

/// Counts every event of the journal and every notification of the book against the totals. Exit
/// code: 0 it balances; 1 it cannot be read; 3 it does not balance.
int ledger_command(const LedgerOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
