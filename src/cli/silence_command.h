#pragma once
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/terminal.h"

namespace alarum::cli {

struct SilenceOptions {
  std::string url;  ///< of `--url`; empty: as ClientSettings says
  /// Of `add`: ids of alerts, or matchers; of `query`: matchers; of `update` and `expire`: ids of
  /// silences, or the beginnings of them
  std::vector<std::string> words;
  std::optional<Time> start, end;    ///< now, and `duration` after the start
  std::optional<Duration> duration;  ///< 1 h where nothing is given
  std::string author, comment;
  bool until_resolved = false;
  bool dry_run = false;
  bool expired = false;  ///< of `query`: the expired ones too
  bool quiet = false;    ///< of `query`: ids alone
  bool json = false;
  Consent consent;  ///< asked when several silences are made or ended
};

/// Each prints what came of it, and gives 0, or 1 when the daemon refuses or cannot be reached.
/// `add` prints the id of each new silence, and on `err` how many alerts each holds now: one of the
/// matchers, or one for each alert that was named by its id. With `dry_run`: what it matches now,
/// and what it would have hidden in the last 7 days.
int silence_add(const SilenceOptions& options, std::ostream& out, std::ostream& err);
int silence_query(const SilenceOptions& options, std::ostream& out, std::ostream& err);
/// Gives a silence another end, counted from now.
int silence_update(const SilenceOptions& options, std::ostream& out, std::ostream& err);
int silence_expire(const SilenceOptions& options, std::ostream& out, std::ostream& err);
/// Makes the silences of a list as `query -o json` prints it (or amtool's): new ones, with ids of
/// their own; those that have ended are left out. Prints the new ids.
int silence_import(const SilenceOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err);

}  // namespace alarum::cli
