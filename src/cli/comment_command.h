#pragma once
#include <ostream>
#include <string>

namespace alarum::cli {

/// What somebody says about an alert.
struct CommentOptions {
  std::string url;   ///< of `--url`; empty: as ClientSettings says
  std::string id;    ///< of an alert that fires or has ended, or the beginning of it
  std::string text;  ///< what is said
  std::string author;
};

/// `alarum comment`: the history shows it among what happened to the alert. Exit code 0; 1: it is
/// said on `err` what is wrong.
int comment_command(const CommentOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
