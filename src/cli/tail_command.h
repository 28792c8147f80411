#pragma once
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

namespace alarum::cli {

struct TailOptions {
  std::string url;         ///< of `--url`; empty: as ClientSettings says
  std::size_t last = 10;   ///< events that came before, which are shown first
  bool unmatched = false;  ///< only events that no rule fits
  bool rejected = false;   ///< what was refused, in place of events
  bool follow = true;      ///< goes on until it is ended
  bool json = false;       ///< an object a line
};

/// `alarum tail`: events as they come, with the rules that they fit. Exit code 0, or 1 when the
/// daemon cannot be asked any more.
int tail_command(const TailOptions& options, std::ostream& out, std::ostream& err);

/// `12:00:01 critical SYS.BMS linkDown bms-1 → LinkDown, RackDown`; `→ no rule`.
std::string tail_line(const nlohmann::ordered_json& event);

}  // namespace alarum::cli
