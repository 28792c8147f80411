#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

struct StatusOptions {
  std::string url;  ///< of `--url`; empty: as ClientSettings says
  bool json = false;
  bool bodies = false;  ///< of `rejected`: what was refused, too
  bool probe = false;   ///< of `status`: only whether it works, without a credential
};

/// `alarum status`. Exit code 0; 1 the daemon cannot be asked; 3 it is not ready, or its ledger
/// does not balance. `probe`: asks for the health pages alone and says what keeps the daemon from
/// being ready.
int status_command(const StatusOptions& options, std::ostream& out, std::ostream& err);
/// `alarum reload`: what became of each rule. Exit code 0; 1 it was refused, with every fault.
int reload_command(const StatusOptions& options, std::ostream& out, std::ostream& err);
/// `alarum targets`. Exit code 0; 1; 3 a target takes nothing.
int targets_command(const StatusOptions& options, std::ostream& out, std::ostream& err);
/// `alarum rejected`. Exit code 0; 1.
int rejected_command(const StatusOptions& options, std::ostream& out, std::ostream& err);
/// `alarum config show`. Exit code 0; 1.
int config_show_command(const StatusOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
