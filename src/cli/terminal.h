#pragma once
#include <cstddef>
#include <istream>
#include <ostream>
#include <string>

namespace alarum::cli {

/// Whether lines are coloured there: not where NO_COLOR is set or the terminal is `dumb`.
bool wants_colour(bool is_terminal);
/// Columns of the terminal of standard output; 0: not known.
std::size_t terminal_width();

/// How a command makes sure that many alerts are meant.
struct Consent {
  bool yes = false;            ///< `--yes`
  bool terminal = false;       ///< somebody can answer on `in`
  std::istream* in = nullptr;  ///< nullptr: nobody can
};
/// Asks on `err`: `acknowledge these 29 alerts? [y/N] `. Without a terminal nothing is asked, and
/// without `--yes` it is said that `--yes` is needed.
bool agreed(const Consent& consent, const std::string& question, std::ostream& err);

}  // namespace alarum::cli
