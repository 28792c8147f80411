#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "model/flat_event.h"
#include "model/record.h"
#include "rules/rule.h"

namespace re2 {
class RE2;
}

namespace alarum::rules {

/// Rows of a `tables:` entry by the text of their key column.
struct Table {
  std::string name;
  std::vector<std::string> columns;
  /// Values in the order of `columns`
  std::unordered_map<std::string, std::vector<std::string>> rows;
};

/// `extract: {name: {from: path, re: …}}`: the first group of the first match.
struct Extract {
  std::string name;  ///< the leaf path that the value is added under
  std::string from;
  std::shared_ptr<const re2::RE2> re;
};

/// `enrich: [{table, key: path, add: [columns]}]`.
struct Enrich {
  std::shared_ptr<const Table> table;
  std::string key;
  std::vector<std::pair<std::string, std::size_t>> add;  ///< leaf path, column index
};

/// What holds for one rule file.
struct Scope {
  std::string file;
  std::vector<Extract> extracts;
  std::vector<Enrich> enriches;  ///< in the order written: a later one may use names of an earlier
};

/// The file that `inventory` names. It may be large, and is stored once, by its hash.
struct InventoryText {
  std::string path;
  std::string text;
  std::string sha256;  ///< of the text
};

/// The text that a generation is made of: rule files (`*.yaml`, `*.yml`, `*.json`, not
/// `*.test.yaml`) and the tables they name.
struct Sources {
  struct File {
    /// As it is shown in diagnostics; tables are found relative to the file that names them
    std::string path;
    std::string text;
  };
  std::vector<File> files;  ///< rule files in load order: a later `override` wins
  std::vector<File> tables;
  std::shared_ptr<const InventoryText> inventory = nullptr;  ///< nullptr: no rule file names one
};

constexpr std::size_t kMaxInventory = 256U << 20;  ///< bytes of an inventory's file
/// An error where none of the rule files has an `inventory`, so that a file in place of its own has
/// no use.
void expect_inventory(const Sources& sources, const std::string& path, Diagnostics& out);
std::shared_ptr<const InventoryText> inventory_text(std::string path, std::string text);

/// Reads rule files and folders (recursively, sorted by path) and the tables they name. What cannot
/// be read is a diagnostic. `inventory`: a file in place of the one that the rule files name;
/// empty: none.
Sources read_sources(const std::vector<std::string>& paths, Diagnostics& out,
                     const std::string& inventory = {});

/// One text that holds all of it, and back: what the journal stores as a generation (JSON;
/// docs/formats/generation.md). Of the inventory it holds the hash, whose text stands in a file of
/// its own: `find` brings it; without `find` it is left out (and nothing is to be compiled of it).
/// Errors: `bad_generation`, those of `find`.
std::string pack(const Sources& sources);
using FindInventory = std::function<Result<std::string>(const std::string& sha256)>;
Result<Sources> unpack(std::string_view text, const FindInventory& find = {});

/// All rules in force together: a generation. Immutable.
struct RuleSet {
  model::GenerationId id = 0;
  std::string hash;         ///< SHA-256 of `text`
  std::string text;         ///< pack(sources)
  std::vector<Rule> rules;  ///< enabled ones, in load order
  /// What they match is known all the same: no event for a rule with `unmatched`
  std::vector<Rule> disabled;
  std::vector<Scope> scopes;
  std::shared_ptr<const Inventory> inventory;  ///< never nullptr of what was compiled
};

/// Compiles; every fault of every file goes to `out`. nullopt when there is an error: nothing is
/// half loaded.
std::optional<RuleSet> compile(const Sources& sources, Diagnostics& out);

/// What an extract takes out of one text; nullopt where there is nothing.
std::optional<std::string_view> extracted(const Extract& extract, std::string_view text);
/// The row that an enrich finds for one key; nullptr where there is none. An empty cell is no
/// value.
const std::vector<std::string>* row_of(const Enrich& enrich, std::string_view key);

/// The rule that is loaded beside people's own, and where diagnostics say that it stands.
constexpr const char* kUnknownFault = "UnknownFault";
constexpr const char* kShippedFile = "shipped:unknown.yaml";
/// Adds the shipped rule UnknownFault (rules/unknown/unknown.yaml, part of the binary) in front, so
/// that every file may override it. Nothing where a file has a rule of that name. What a journal
/// holds as a generation has it already, or was in force without it: that is compiled as it stands.
Sources with_unknown_fault(Sources sources);
/// The rule came from with_unknown_fault() and from no file of the user's.
inline bool is_shipped_along(const Rule& rule) {
  return rule.place.file == kShippedFile;
}
/// How many rules are the user's.
inline std::size_t own_rules(const RuleSet& set) {
  return set.rules.size() -
         static_cast<std::size_t>(std::ranges::count_if(set.rules, is_shipped_along));
}

/// FieldValues that derive() makes beside those of names: that the event has a row in the
/// inventory, and what that puts on the alert under the name behind the prefix.
inline const std::string kInventoryRow = "#row", kInventoryLabel = "#label.",
                         kInventoryAnnotation = "#annotation.";

/// The leaf paths of which the engine makes keys and texts, what extract, enrich and the inventory
/// read among them; not those that only patterns read. Sorted, each once.
std::vector<std::string> paths_read(const RuleSet& rules);

/// Adds what the inventory says of the event, and what the scopes' `extract` and `enrich` make of
/// it, as leaves. Pure.
void derive(const RuleSet& rules, model::FlatEvent& event);

}  // namespace alarum::rules
