#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace alarum::cli {

/// Reads the config (`config_path` empty: none) and the rules: files and folders, or those that the config names when
/// `paths` is empty. Every fault of all of them at once: to `err`, or with `json` as one JSON list to `out` (`[]`:
/// none). Without `json` and without errors one line to `out`: `7 files, 41 rules, 1 table: no faults`. Exit code: 0, 1
/// with errors, 2 when there is nothing to check. Warnings are shown and do not count.
int check_command(const std::string& config_path, const std::vector<std::string>& paths, bool json, std::ostream& out,
                  std::ostream& err);

}  // namespace alarum::cli
