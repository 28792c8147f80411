#include "app/load.h"

#include <algorithm>
#include <filesystem>

#include "app/key_files.h"

namespace alarum::app {
namespace {

namespace fs = std::filesystem;

bool apply(const Settings& settings, config::Config& config, Diagnostics& out) {
  if (settings.data) config.data = *settings.data;
  if (!settings.listen) return true;
  auto address = config::parse_address(*settings.listen);
  if (address) config.listen = *address;
  auto fine = address ? config::check_exposure(*address, config.insecure, *config.auth) : std::unexpected(address.error());
  if (!fine) out.error({"--listen", 0, 0}, fine.error().message);
  return fine.has_value();
}

std::vector<std::string> rule_paths(const Settings& settings, const config::Config& config, Diagnostics& out) {
  if (!settings.rules.empty()) return settings.rules;
  if (config.rules) return *config.rules;
  if (const auto shipped = shipped_rules()) return {*shipped};
  out.error({"--rules", 0, 0}, "the shipped rules are not there; name rule files with --rules or in the config file");
  return {};
}

// A rule's `notify` names receivers, and those stand in the config.
void check_receivers(const config::Config& config, const rules::RuleSet& rules, Diagnostics& out) {
  std::vector<std::string> known;
  for (const auto& receiver : config.receivers) known.push_back(receiver.name);
  for (const auto& rule : rules.rules) {
    for (const auto& name : rule.notify) {
      if (std::ranges::find(known, name) != known.end()) continue;
      out.error(rule.place, "rule \"" + rule.alert + "\" notifies \"" + name + "\", and the config has no such receiver" + did_you_mean(name, known));
    }
  }
}

}  // namespace

std::optional<std::string> shipped_rules() {
  std::error_code fault;
  const auto program = fs::read_symlink("/proc/self/exe", fault).parent_path();
  for (const auto& place : {program / "../../rules", fs::path("/usr/share/alarum/rules")}) {
    if (fs::is_directory(place, fault)) return fs::proximate(fs::weakly_canonical(place), fault).string();
  }
  return std::nullopt;
}

std::optional<Loaded> load(const Settings& settings, Diagnostics& out) {
  auto config = settings.config.empty() ? std::optional(config::Config{}) : config::read_file(settings.config, out);
  const bool applied = config && apply(settings, *config, out);
  // With a broken config the rules are still checked, so that all faults are told in one go.
  // Which rules a broken config names is not known.
  const auto paths = config || !settings.rules.empty() ? rule_paths(settings, config.value_or(config::Config{}), out) : std::vector<std::string>();
  auto rules = rules::compile(rules::with_unknown_fault(rules::read_sources(paths, out)), out);
  if (config) check_key_files(*config, settings.config, out);
  if (config && rules) check_receivers(*config, *rules, out);
  if (!config || !applied || !rules || !out.ok()) return std::nullopt;
  return Loaded{std::move(*config), std::make_shared<const match::Generation>(std::move(*rules))};
}

}  // namespace alarum::app
