#pragma once
#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct ExplainOptions {
  std::string id{};  ///< of an event or an alert
  std::string
      event{};  ///< a file with what a sender posts, `-` for standard input; asked of `rules`
  std::string format{};  ///< of `event`: NativeBody::format; empty: it is guessed
  std::vector<std::string> rules{};
  std::string inventory{};  ///< of `event`: a file in place of the rules' own; empty: none
  std::string data{}, config{};
  std::string url{};  ///< of `--url`; a daemon in place of a data folder, see asks_daemon()
  bool all = false;   ///< also rules of which nothing fits
  bool json = false;
};

/// Why an event matched each rule or did not; with an id also what it did to alerts and who was
/// notified. Exit code 0; 1 nothing has that id, or the input is at fault.
int explain_command(const ExplainOptions& options, std::istream& in, std::ostream& out,
                    std::ostream& err);

/// `alarum fields`: what a body gives to rules: each path with its value, as a pattern, `by` and
/// templates read it. Of the options `event`, `format`, `config` and `json`. Exit code 0; 1 the
/// body is at fault.
int fields_command(const ExplainOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err);

}  // namespace alarum::cli
