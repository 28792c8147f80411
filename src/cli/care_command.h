#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/terminal.h"

namespace alarum::cli {

/// What somebody says of alerts that fire.
struct CareOptions {
  std::string url;                   ///< of `--url`; empty: as ClientSettings says
  std::vector<std::string> words;    ///< ids, or matchers (selection_of())
  std::optional<Duration> duration;  ///< of an acknowledgement; nothing: until the alert ends
  std::string author, comment;
  bool dry_run = false;
  bool json = false;  ///< the alerts with `outcome`, in place of lines
  Consent consent;    ///< asked when there are several
};

/// `alarum ack`: nobody is reminded of them until they end, or until `duration` is over. Exit code
/// 0; 1: it is said on `err` what is wrong, or nobody agreed.
int ack_command(const CareOptions& options, std::ostream& out, std::ostream& err);
/// `alarum unack`: takes that back.
int unack_command(const CareOptions& options, std::ostream& out, std::ostream& err);
/// `alarum resolve`: they end now, whatever their rules wait for.
int resolve_command(const CareOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
