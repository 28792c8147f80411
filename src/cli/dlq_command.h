#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace alarum::cli {

struct DlqOptions {
  std::string url;  ///< of `--url`; empty: as ClientSettings says
  bool json = false;
  std::vector<std::string> ids;  ///< of redrive and show
  std::string target, detail;    ///< of redrive: only letters of this target, with this cause
  bool all = false;
  bool dry_run = false;
  double rate = 10;  ///< letters a second that redrive sends again
};

/// `alarum dlq ls`: the causes, the most frequent first, and the letters. Exit code 0, or 1 with
/// the reason on `err`.
int dlq_ls(const DlqOptions& options, std::ostream& out, std::ostream& err);
/// `alarum dlq show ID`: one letter with its body.
int dlq_show(const DlqOptions& options, std::ostream& out, std::ostream& err);
/// `alarum dlq redrive`: sends again what is still true, oldest first, at most `rate` a second. As
/// JSON a list of {"id", "outcome"}.
int dlq_redrive(const DlqOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
