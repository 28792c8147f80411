#include "cli/check_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "app/key_files.h"
#include "config/config.h"
#include "rules/rule_set.h"

namespace alarum::cli {
namespace {

std::string counted(std::size_t n, const std::string& what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string verdict(const Diagnostics& faults) {
  const auto warnings = faults.sorted().size() - faults.error_count();
  return warnings == 0 ? "no faults" : "no errors, " + counted(warnings, "warning");
}

std::string sum_line(const rules::Sources& sources, std::size_t rules, const Diagnostics& faults) {
  return fmt::format("{}, {}, {}: {}\n", counted(sources.files.size(), "file"), counted(rules, "rule"),
                     counted(sources.tables.size(), "table"), verdict(faults));
}

// The rule files to read: those asked for, else those of the config. A config with faults is told, and the rest is
// checked all the same.
std::vector<std::string> with_config(const std::string& config_path, std::vector<std::string> paths,
                                     Diagnostics& faults) {
  if (config_path.empty()) return paths;
  const auto config = config::read_file(config_path, faults);
  if (config) app::check_key_files(*config, config_path, faults);
  if (paths.empty() && config && config->rules) return *config->rules;
  return paths;
}

}  // namespace

int check_command(const std::string& config_path, const std::vector<std::string>& paths, bool json, std::ostream& out,
                  std::ostream& err) {
  if (config_path.empty() && paths.empty()) {
    err << "nothing to check: name rule files or folders, or a config file\n";
    return 2;
  }
  Diagnostics faults;
  const auto sources = rules::read_sources(with_config(config_path, paths, faults), faults);
  const auto set = rules::compile(rules::with_unknown_fault(sources), faults);
  if (json) {
    out << faults.json() << '\n';
  } else {
    err << faults.text();
    if (set && faults.ok()) out << sum_line(sources, set->rules.size() - static_cast<std::size_t>(std::ranges::count_if(set->rules, rules::is_shipped_along)), faults);
  }
  out.flush();
  return faults.ok() ? 0 : 1;
}

}  // namespace alarum::cli
