#pragma once
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "base/time.h"

namespace alarum::cli {

struct SendOptions {
  std::string url;  ///< of `--url`; empty: as ClientSettings says
  /// Plays the events with the pace of their `time`, all of them within so long
  std::optional<Duration> play;
  bool yes = false;      ///< plays to a bridge on another machine, too
  bool progress = true;  ///< a bar on `err`
};

/// Sends structured CloudEvents, one a line, to a running bridge in batches; waits and sends again
/// while it is overloaded or its disk is full. With `play`, an event's `time` becomes the time of
/// sending and its id gets a suffix, so that the same file can be played again; that is said, and a
/// bridge that is not on loopback is left alone without `yes` (exit code 2): people would be
/// notified of what did not happen. Prints a report on `out` and what was refused on `err`.
/// `total`: lines in all, for the bar; 0 when nobody knows. Exit code: 0; 1 when something was
/// refused or the bridge cannot be reached.
int send_command(const SendOptions& options, std::istream& in, std::size_t total, std::ostream& out,
                 std::ostream& err);

}  // namespace alarum::cli
