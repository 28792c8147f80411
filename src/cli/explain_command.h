#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct ExplainOptions {
  std::string id{};  ///< of an event, or of an alert
  /// A file with one structured CloudEvent, `-`: standard input; in place of `id`
  std::string event{};
  std::vector<std::string> rules{};  ///< for `event`: those to ask
  /// For `event`: in place of the file that the rules' `inventory` names
  std::string inventory{};
  std::string data{}, config{};
  bool all = false;  ///< also rules of which nothing fits
  bool json = false;
};

/// What each rule decided of an event and why; of a recorded one also what it did to alerts, and
/// whom we told. Found out by stepping the engine over the journal again. Exit code: 0; 1 there is
/// no such event or alert, or something cannot be read.
int explain_command(const ExplainOptions& options, std::istream& in, std::ostream& out,
                    std::ostream& err);

}  // namespace alarum::cli
