#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct RulesOptions {
  std::vector<std::string> paths{};  ///< of `plan`: the new rules; of `show`: the name
  std::string data{}, config{};
  std::string url{};  ///< of `--url`; a daemon in place of a data folder, see asks_daemon()
  bool json = false;
};

/// `rules ls`: the rules that the data folder's journal names last, with how many alerts of each
/// fire. Exit code 0; 1 unreadable.
int rules_ls_command(const RulesOptions& options, std::ostream& out, std::ostream& err);

/// `rules show NAME`: a rule as it stands in its file, with how many of its alerts fire. Exit code
/// 0; 1 there is none of that name.
int rules_show_command(const RulesOptions& options, std::ostream& out, std::ostream& err);

/// `rules plan NEW`: what reloading NEW would do to each rule and to the alerts that fire, at the
/// end of a data folder's journal or at a daemon, which is sent the texts. Without NEW: the files
/// that the daemon's config names. Exit code 0; 1 NEW does not load (nothing would happen), or the
/// data folder cannot be read; 3 alerts would resolve.
int rules_plan_command(const RulesOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
