#include "cli/check_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>

#include "app/load.h"
#include "base/deprecation.h"
#include "config/recognize.h"

namespace alarum::cli {
namespace {

namespace fs = std::filesystem;

// Bytes of a file whose keys are looked at: no config is longer
constexpr std::size_t kMostRead = 4 << 20;

std::string counted(std::size_t n, const std::string& what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

// A test file has a list of paths under `rules`, too.
bool may_be_config(const fs::path& path) {
  const auto ending = path.extension();
  return (ending == ".yaml" || ending == ".yml" || ending == ".json") &&
         path.stem().extension() != ".test";
}

bool is_config(const fs::path& path) {
  std::error_code fault;
  if (!may_be_config(path) || !fs::is_regular_file(path, fault)) return false;
  std::ifstream in(path, std::ios::binary);
  std::string text(std::min<std::uintmax_t>(kMostRead, fs::file_size(path, fault)), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return config::looks_like_config(text);
}

// What cannot be walked is said by whoever reads the rules.
void find_in_folder(const std::string& folder, std::vector<std::string>& found) {
  std::error_code fault;
  for (fs::recursive_directory_iterator at(folder, fault), end; !fault && at != end;
       at.increment(fault)) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory(fault)) at.disable_recursion_pending();
    if (!hidden && is_config(at->path())) found.push_back(at->path().string());
  }
}

// Takes configs out of the paths. One that lies in a folder of rules is left there: the loader
// knows it.
std::vector<std::string> take_configs(std::vector<std::string>& paths) {
  std::vector<std::string> configs;
  for (const auto& path : paths) {
    std::error_code fault;
    if (fs::is_directory(path, fault))
      find_in_folder(path, configs);
    else if (is_config(path))
      configs.push_back(path);
  }
  std::erase_if(
      paths, [&](const auto& path) { return std::ranges::find(configs, path) != configs.end(); });
  const auto same = [](const auto& a, const auto& b) {
    std::error_code fault;
    return a == b || fs::equivalent(a, b, fault);
  };
  for (auto it = configs.begin(); it != configs.end(); ++it)
    configs.erase(
        std::remove_if(it + 1, configs.end(), [&](const auto& other) { return same(*it, other); }),
        configs.end());
  return configs;
}

bool counts(const Diagnostic& one, bool strict) {
  return one.level == Diagnostic::Level::error || (strict && !is_deprecation(one));
}

std::string verdict(const Diagnostics& faults) {
  const auto warnings = faults.sorted().size() - faults.error_count();
  return warnings == 0 ? "no faults" : "no errors, " + counted(warnings, "warning");
}

std::string sum_line(const app::Settings& settings, const app::Loaded& loaded,
                     const Diagnostics& faults) {
  const auto config = settings.config.empty() ? "" : settings.config + ", ";
  return fmt::format("{}{}, {}, {}: {}\n", config, counted(loaded.files, "file"),
                     counted(rules::own_rules(loaded.generation->rules()), "rule"),
                     counted(loaded.tables, "table"), verdict(faults));
}

// Which defaults are in force.
std::string route_line(const app::Settings& settings, const app::Loaded& loaded) {
  const auto& config = loaded.config;
  return settings.config_elsewhere || !config.routing.by_default
             ? ""
             : config::default_routing_text(config.routing) + '\n';
}

// What else a person may have wanted to be checked.
void hint(const CheckOptions& options, const app::Settings& settings, std::ostream& err) {
  std::error_code fault;
  if (settings.config.empty() && options.paths.empty() && is_config("alarum.yaml"))
    err << "alarum.yaml is there and was not checked: alarum check alarum.yaml\n";
  if (!settings.config.empty() && !settings.rules.empty())
    err << "checked with the rules that were named, in place of those that the config names\n";
}

}  // namespace

int check_command(const CheckOptions& options, std::ostream& out, std::ostream& err) {
  app::Settings settings;
  settings.rules = options.paths;
  settings.config = options.config;
  settings.inventory = options.inventory;
  if (options.config.empty()) {
    const auto configs = take_configs(settings.rules);
    if (configs.size() > 1) {
      err << fmt::format(
          "which config? {} are configs: check one at a time, or name it with --config\n",
          fmt::join(configs, ", "));
      return 2;
    }
    if (!configs.empty()) settings.config = configs.front();
  }
  settings.config_elsewhere = settings.config.empty() && !options.paths.empty();
  Diagnostics faults;
  const auto loaded = app::load(settings, faults);
  const auto all = faults.sorted();
  const auto count =
      std::ranges::count_if(all, [&](const auto& one) { return counts(one, options.strict); });
  if (options.json) {
    out << faults.json() << '\n';
  } else {
    err << faults.text();
    hint(options, settings, err);
    if (loaded && count == 0)
      out << sum_line(settings, *loaded, faults) << route_line(settings, *loaded);
    else if (loaded)
      err << "--strict: warnings count as errors\n";
  }
  out.flush();
  return loaded && count == 0 ? 0 : 1;
}

}  // namespace alarum::cli
