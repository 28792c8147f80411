#include "app/load.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/key_files.h"
#include "base/file.h"
#include "base/node.h"
#include "receivers/list.h"

namespace alarum::app {
namespace {

namespace fs = std::filesystem;

void apply(const Settings& settings, config::Config& config, Diagnostics& out) {
  if (settings.data) config.data = *settings.data;
  if (!settings.listen) return;
  auto address = config::parse_address(*settings.listen);
  if (address) config.listen = *address;
  auto fine = address ? config::check_exposure(*address, config.insecure, *config.auth)
                      : std::unexpected(address.error());
  if (!fine) out.error({"--listen", 0, 0}, fine.error().message);
}

std::vector<std::string> rule_paths(const Settings& settings, const config::Config& config,
                                    Diagnostics& out) {
  if (!settings.rules.empty()) return settings.rules;
  if (config.rules) return *config.rules;
  if (auto shipped = shipped_rules(); !shipped.empty()) return shipped;
  out.error(
      {"--rules", 0, 0},
      "the shipped rules are not there: name rule files under \"rules\" in the config file, or "
      "with serve --rules");
  return {};
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code fault;
  return fs::equivalent(a, b, fault) && !fault;
}

// Reads the rule files. The config file may be in a folder of rules and is then left out. If it is
// named as a rule file, that is a mistake, and its keys will be reported as errors.
rules::Sources read_rules(const Settings& settings, const std::vector<std::string>& paths,
                          Diagnostics& out) {
  const auto& config = settings.config;
  auto sources = rules::read_sources(paths, out, settings.inventory);
  if (!settings.inventory.empty()) rules::expect_inventory(sources, settings.inventory, out);
  if (config.empty()) return sources;
  std::erase_if(sources.files, [&](const auto& file) {
    return std::ranges::find(paths, file.path) == paths.end() && same_file(file.path, config);
  });
  return sources;
}

// Warns if the inventory file was edited after an inventory was sent: the edit has no effect, which
// its author does not expect.
void warn_of_older(const std::string& sent, const std::string& file, Diagnostics& out) {
  std::error_code fault;
  const auto there = fs::last_write_time(file, fault);
  if (fault || there <= fs::last_write_time(sent, fault) || fault) return;
  out.warning({file, 0, 0},
              "it was changed after an inventory was sent to PUT /api/v1/inventory, and that one "
              "holds: send this one, or take the other away with DELETE /api/v1/inventory");
}

// Puts the inventory that was sent in place of the file that the rules name, unless the command
// line names a file.
void put_sent(const Settings& settings, const std::string& path, const SentInventory* sent,
              rules::Sources& sources, FileSystem& files, Diagnostics& out) {
  if (!settings.inventory.empty() || (sent && !*sent)) return;
  if (sent) {
    rules::expect_inventory(sources, path, out);
    if (sources.inventory) sources.inventory = rules::inventory_text(path, **sent);
    return;
  }
  auto text = read_file(files, path);
  if (!text && text.error().reason == "not_found") return;
  if (!text)
    return out.error({path, 0, 0},
                     "the inventory that was sent cannot be read: " + text.error().message);
  if (!sources.inventory)
    return out.warning({path, 0, 0},
                       "an inventory was sent, and no rule file has the key \"inventory\" any "
                       "more: it has no effect");
  warn_of_older(path, sources.inventory->path, out);
  sources.inventory = rules::inventory_text(path, std::move(*text));
}

// A rule's `notify` names receivers, and those stand in the config.
void check_receivers(const config::Config& config, const rules::RuleSet& rules, Diagnostics& out) {
  std::vector<std::string> known;
  for (const auto& receiver : config.receivers) known.push_back(receiver.name);
  for (const auto& rule : rules.rules) {
    for (const auto& name : rule.notify) {
      if (std::ranges::find(known, name) != known.end()) continue;
      out.error(rule.place, "rule \"" + rule.alert + "\" notifies \"" + name +
                                "\", and the config has no such receiver" +
                                did_you_mean(name, known));
    }
  }
}

void warn_of_unknown_receivers(const rules::RuleSet& rules, Diagnostics& out) {
  for (const auto& rule : rules.rules) {
    if (rule.notify.empty()) continue;
    return out.warning(
        rule.place,
        "rule \"" + rule.alert + "\" notifies \"" + rule.notify.front() +
            "\"; whether there is such a receiver was not checked: name the config file as well");
  }
}

// Nothing reaches a receiver that neither a route, nor a rule's `notify`, nor another's `fallback`
// names.
void warn_of_unused_receivers(const Settings& settings, const config::Config& config,
                              const rules::RuleSet& rules, Diagnostics& out) {
  auto used = config::receivers_of(config.routing.root);
  if (!config.self_monitoring.empty()) used.push_back(config.self_monitoring);
  for (const auto& rule : rules.rules)
    used.insert(used.end(), rule.notify.begin(), rule.notify.end());
  for (const auto& receiver : config.receivers) {
    for (const auto& integration : receiver.integrations) used.push_back(integration.fallback);
  }
  for (const auto& receiver : config.receivers) {
    if (std::ranges::find(used, receiver.name) != used.end()) continue;
    out.warning(receiver.place.line > 0 ? receiver.place : Place{settings.config, 0, 0},
                "receiver \"" + receiver.name +
                    "\" is not used: no route, no rule's \"notify\" and no \"fallback\" names it");
  }
}

bool lists_rules(const rules::Sources::File& file) {
  Diagnostics unheard;
  const auto root = file.path.ends_with(".json") ? parse_json(file.text, file.path, unheard)
                                                 : parse_yaml(file.text, file.path, unheard);
  return root && root->find("rules");
}

bool none_meant(const config::Config& config, const Settings& settings,
                const rules::Sources& sources, const rules::RuleSet& rules) {
  if (rules::own_rules(rules) > 0) return false;
  if (settings.rules.empty() && config.rules && config.rules->empty()) return true;
  return std::ranges::any_of(sources.files, lists_rules);
}

void check_rules(const Settings& settings, const config::Config& config,
                 const rules::RuleSet& rules, Diagnostics& out) {
  if (settings.config_elsewhere) return warn_of_unknown_receivers(rules, out);
  check_receivers(config, rules, out);
  if (!settings.config.empty()) warn_of_unused_receivers(settings, config, rules, out);
}

void names_in(const config::Route& route, std::set<std::string>& names) {
  if (route.receiver && !route.log_only) names.insert(*route.receiver);
  for (const auto& below : route.routes) names_in(below, names);
}

// An alert that goes to a receiver without integrations reaches nobody, and nothing else says so.
void warn_of_silent_receivers(const config::Config& config, const rules::RuleSet& rules,
                              Diagnostics& out) {
  std::set<std::string> used;
  names_in(config.routing.root, used);
  for (const auto& rule : rules.rules) used.insert(rule.notify.begin(), rule.notify.end());
  for (const auto& receiver : config.receivers) {
    if (!receiver.integrations.empty() || !used.contains(receiver.name)) continue;
    out.warning(receiver.place,
                fmt::format("receiver \"{}\" has no integrations: nobody is notified of what goes "
                            "to it. Give it one, or let the route say \"log_only: true\"",
                            receiver.name));
  }
}

}  // namespace

// A program is installed as PREFIX/bin/alarum, or stands in build/PRESET/ of the source tree.
std::vector<std::string> shipped_rules() {
  std::error_code fault;
  const auto program = fs::read_symlink("/proc/self/exe", fault).parent_path();
  const auto prefix = program.parent_path();
  const auto installed = prefix / "share/alarum/rules";
  if (fs::is_directory(installed, fault)) {
    const auto own = (prefix == "/usr" ? fs::path("/etc") : prefix / "etc") / "alarum/rules";
    if (fs::is_directory(own, fault)) return {installed.string(), own.string()};
    return {installed.string()};
  }
  const auto tree = prefix.parent_path() / "rules";
  if (prefix.filename() == "build" && fs::is_directory(tree, fault))
    return {fs::proximate(tree, fault).string()};
  return {};
}

std::optional<Loaded> load(const Settings& settings, Diagnostics& out, const SentInventory* sent) {
  Texts texts;
  texts.config = settings.config.empty()
                     ? std::optional(config::default_config(receivers::kinds()))
                     : config::read_file(settings.config, receivers::kinds(), out);
  if (texts.config) apply(settings, *texts.config, out);
  // With a broken config the rules are still checked, so that all faults are shown in one go.
  // Which rules a broken config names is not known.
  if (texts.config || !settings.rules.empty())
    texts.paths = rule_paths(settings, texts.config.value_or(config::Config{}), out);
  texts.sources = read_rules(settings, texts.paths, out);
  PosixFileSystem files;
  return load(settings, std::move(texts), files, out, sent);
}

std::optional<Loaded> load(const Settings& settings, Texts texts, FileSystem& files,
                           Diagnostics& out, const SentInventory* sent) {
  auto& [config, paths, sources] = texts;
  if (config) put_sent(settings, config->data + '/' + kSentInventory, sent, sources, files, out);
  auto rules = rules::compile(rules::with_unknown_fault(sources), out);
  if (config) check_key_files(*config, settings.config, out);
  if (config && rules) check_rules(settings, *config, *rules, out);
  if (!config || !rules || !out.ok()) return std::nullopt;
  warn_of_silent_receivers(*config, *rules, out);
  const bool none = none_meant(*config, settings, sources, *rules);
  if (rules::own_rules(*rules) == 0 && !none)
    out.warning(
        {settings.config.empty() ? "rules" : settings.config, 0, 0},
        "there are no rules: no event makes an alert (write \"rules: []\" if that is meant)");
  return Loaded{std::move(*config),    std::make_shared<const match::Generation>(std::move(*rules)),
                std::move(paths),      sources.files.size(),
                sources.tables.size(), none,
                sources.inventory};
}

Result<void> check_rules_left(const Loaded& loaded, const match::Generation* in_force) {
  const auto before = in_force ? rules::own_rules(in_force->rules()) : 0;
  if (before == 0 || loaded.none_meant || rules::own_rules(loaded.generation->rules()) > 0)
    return {};
  return fail("bad_rules", fmt::format("{} holds no rules, and {} are in force, whose alerts would "
                                       "end: write \"rules: []\" if none are meant",
                                       fmt::join(loaded.rules, ", "), before));
}

}  // namespace alarum::app
