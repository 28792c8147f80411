#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace alarum::cli {

bool wants_colour(bool is_terminal) {
  const char* none = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return is_terminal && !(none && *none) && !(kind && std::string_view(kind) == "dumb");
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool agreed(const Consent& consent, const std::string& question, std::ostream& err) {
  if (consent.yes) return true;
  if (!consent.terminal || !consent.in) {
    err << "error: " << question << " Nothing was done: without a terminal it takes --yes\n";
    return false;
  }
  err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(*consent.in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return true;
  err << "nothing was done\n";
  return false;
}

}  // namespace alarum::cli
