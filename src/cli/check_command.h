#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace alarum::cli {

struct CheckOptions {
  std::string config = {};  ///< empty: that among `paths`, if one is
  /// Files and folders: rules, and at most one config, which is known by its keys; empty: as the
  /// config says, else the shipped rules
  std::vector<std::string> paths = {};
  std::string inventory = {};  ///< in place of the file that the rules' `inventory` names
  bool json = false;
  bool strict = false;  ///< warnings count as errors, deprecations do not
};

/// `serve` without serving: app::load() decides. Every fault of config, key files, certificates,
/// rules and tables at once: to `err`, or with `json` as one JSON list to `out` (`[]`: none).
/// Without `json` and without errors one line to `out`: `alarum.yaml, 7 files, 41 rules, 1 table:
/// no faults`. Exit code: 0, 1 with errors, 2 when it is not clear which config is meant. Warnings
/// are shown; they count when `strict`.
int check_command(const CheckOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
