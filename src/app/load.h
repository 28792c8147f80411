#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "config/config.h"
#include "match/generation.h"

namespace alarum::app {

/// The command line of `serve` and `check`. It overrides the config file, also after a reload.
struct Settings {
  std::string config;              ///< the config file; empty: none
  std::vector<std::string> rules;  ///< files and folders; empty: those of the config
  std::optional<std::string> data;
  std::optional<std::string> listen;
  /// A file to use in place of the one that the rules' `inventory` names; empty: none
  std::string inventory;
  /// The rules are checked without the config that they will run with, so it is not known which
  /// receivers exist
  bool config_elsewhere = false;
  /// A descriptor to which a line with the URL is written when events are accepted; it stays open
  std::optional<int> ready_fd;
};

/// Config and rules, read and compiled: everything that a start or a reload takes from files.
struct Loaded {
  config::Config config;
  std::shared_ptr<const match::Generation> generation;
  std::vector<std::string> rules;  ///< the files and folders that were read for rules
  std::size_t files = 0;           ///< number of rule files
  std::size_t tables = 0;          ///< number of tables that rules name
  /// There are no rules, and somebody has written that: `rules: []` in the config or a rule file
  bool none_meant = false;
  /// The inventory that the rules use; nullptr if no rule file names one
  std::shared_ptr<const rules::InventoryText> inventory = nullptr;
};

/// The file in the data folder where the body of `PUT /api/v1/inventory` is stored. It is used in
/// place of the file that the rules name.
constexpr const char* kSentInventory = "inventory.csv";
/// The text of an inventory that is being sent, which load() uses in place of the stored one.
/// nullopt: the stored one is being removed.
using SentInventory = std::optional<std::string>;

/// Reads and checks everything that `serve`, a reload and `check` read: config, key files and
/// certificates, rules, tables. This is the only place that decides what of it is rejected. What
/// depends on the machine (ports, permissions, the limit of open files) is left to the start. Every
/// fault of every file goes to `out`; nullopt if there is an error among them. Blocks on the disk.
std::optional<Loaded> load(const Settings& settings, Diagnostics& out,
                           const SentInventory* sent = nullptr);

/// The content of those files.
struct Texts {
  std::optional<config::Config> config;  ///< nullopt if it has errors
  std::vector<std::string> paths;        ///< the files and folders that were read for rules
  rules::Sources sources;
};
/// The same from texts, for the simulator. `files`: has the data folder, in which there may be an
/// inventory that was sent.
std::optional<Loaded> load(const Settings& settings, Texts texts, FileSystem& files,
                           Diagnostics& out, const SentInventory* sent = nullptr);

/// Error `bad_rules` if there were rules until now, there are none any more, and nobody has written
/// `rules: []`. A folder that was emptied, or is not mounted yet, must not end every alert.
/// `in_force`: the rules until now; nullptr if there were none. For a reload, and for a start on
/// existing data.
Result<void> check_rules_left(const Loaded& loaded, const match::Generation* in_force);

/// Where the shipped rules stand. Of an installed program (PREFIX/bin/alarum):
/// PREFIX/share/alarum/rules and the site's own folder /etc/alarum/rules (PREFIX/etc/alarum/rules
/// where PREFIX is not /usr), if it is there. Of one in a build folder: `rules/` of the source
/// tree. Empty: none were found.
std::vector<std::string> shipped_rules();

}  // namespace alarum::app
