#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "config/config.h"
#include "match/generation.h"

namespace alarum::app {

/// What the command line says; it goes before the config file, also after a reload.
struct Settings {
  std::string config;              ///< the config file; empty: none
  std::vector<std::string> rules;  ///< empty: as the config says
  std::optional<std::string> data;
  std::optional<std::string> listen;
  /// A file in place of the one that the rules' `inventory` names; empty: none
  std::string inventory;
  /// Rules are checked without the config that they will run with: whether receivers are there is
  /// not known
  bool config_elsewhere = false;
  /// The URL is written there, on a line, when events are taken; it stays open until the end
  std::optional<int> ready_fd;
};

/// Config and rules, read and compiled: all that a start or a reload takes from files.
struct Loaded {
  config::Config config;
  std::shared_ptr<const match::Generation> generation;
  std::vector<std::string> rules;  ///< the files and folders that were read for rules
  std::size_t files = 0;           ///< rule files
  std::size_t tables = 0;
  /// No rules, and that is written out: `rules: []`, in the config or in a rule file
  bool none_meant = false;
  /// Nullptr: no rule file names one
  std::shared_ptr<const rules::InventoryText> inventory = nullptr;
};

/// What `PUT /api/v1/inventory` sends is stored there, in the data folder, and stands in place of
/// the file that the rules name.
constexpr const char* kSentInventory = "inventory.csv";
/// An inventory that is being sent (nullopt: the one that was sent is to go): it is read in place
/// of the stored one.
using SentInventory = std::optional<std::string>;

/// What `serve`, a reload and `check` read, and the one place that decides what of it is refused:
/// config, key files and certificates, rules, tables. What depends on the machine at the moment
/// (ports, rights, the limit of open files) is left to the start. Every fault of every file goes to
/// `out`; nullopt when there is an error.
std::optional<Loaded> load(const Settings& settings, Diagnostics& out,
                           const SentInventory* sent = nullptr);

/// What stands in those files, where the config could be read.
struct Texts {
  std::optional<config::Config> config;
  std::vector<std::string> paths;  ///< the files and folders that were read for rules
  rules::Sources sources;
};
/// The same of texts. `files` hold the data folder, where an inventory that was sent may lie.
std::optional<Loaded> load(const Settings& settings, Texts texts, FileSystem& files,
                           Diagnostics& out, const SentInventory* sent = nullptr);

/// Error `bad_rules` when nothing would be watched any more that was watched until now, and nobody
/// has written that it is meant: a folder that was emptied, or is not mounted yet, must not end
/// every alert. `in_force`: the rules until now; nullptr: there were none. For a reload, and for a
/// start on old data.
Result<void> check_rules_left(const Loaded& loaded, const match::Generation* in_force);

/// Where the shipped rules stand. Of an installed program (PREFIX/bin/alarum):
/// PREFIX/share/alarum/rules and the site's own folder /etc/alarum/rules (PREFIX/etc/alarum/rules
/// where PREFIX is not /usr), if it is there. Of one in a build folder: `rules/` of the source
/// tree. Empty: none were found.
std::vector<std::string> shipped_rules();

}  // namespace alarum::app
