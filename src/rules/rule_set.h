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

/// A table of a `tables:` entry: rows by the text of their key column.
struct Table {
  std::string name;
  std::vector<std::string> columns;
  /// The cells of a row are in the order of `columns`. An empty cell means no value.
  std::unordered_map<std::string, std::vector<std::string>> rows;
};

/// `extract: {name: {from: path, re: …}}`: the first group of the first match of the expression
/// (RE2).
struct Extract {
  std::string name;  ///< path of the leaf that gets the value
  std::string from;  ///< path of the leaf that is searched
  std::shared_ptr<const re2::RE2> re;
};

/// `enrich: [{table, key: path, add: [columns]}]`: cells of the row whose key the event has.
struct Enrich {
  std::shared_ptr<const Table> table;
  std::string key;  ///< path of the leaf that has the key
  /// The path of each new leaf, and the index of the column that it gets.
  std::vector<std::pair<std::string, std::size_t>> add;
};

/// What is valid for the rules of one rule file.
struct Scope {
  std::string file;
  std::vector<Extract> extracts;
  /// In the order of the file: an entry may read what an earlier one added.
  std::vector<Enrich> enriches;
};

/// The file that `inventory` names. Generations store it in a file of its own, named by the hash,
/// because it may be large and rarely changes.
struct InventoryText {
  std::string path;
  std::string text;
  std::string sha256;  ///< of the text
};

/// The texts that a generation is compiled from: rule files (`*.yaml`, `*.yml`, `*.json`, but not
/// `*.test.yaml`), the tables that they name, and the inventory.
struct Sources {
  struct File {
    /// As diagnostics show it. Paths of tables are relative to the folder of the file that names
    /// them.
    std::string path;
    std::string text;
  };
  std::vector<File> files;  ///< rule files in load order: a later `override` wins
  std::vector<File> tables;
  std::shared_ptr<const InventoryText> inventory = nullptr;  ///< nullptr: no rule file names one
};

/// The most bytes that an inventory file may have.
constexpr std::size_t kMaxInventory = 256U << 20;
/// An error if no rule file has an `inventory`: then the inventory file at `path`, which was given
/// on the command line or sent to the API, would have no effect.
void expect_inventory(const Sources& sources, const std::string& path, Diagnostics& out);
/// Makes an InventoryText and computes its hash.
std::shared_ptr<const InventoryText> inventory_text(std::string path, std::string text);

/// Reads rule files, and folders recursively in the order of their paths, and the tables and
/// inventory that they name. `inventory`: a file to use instead of the one that the rule files
/// name, if not empty. Blocks on the file system. What cannot be read goes to `out`. Limits: 16 MiB
/// a file, 10,000 rule files, kMaxInventory.
Sources read_sources(const std::vector<std::string>& paths, Diagnostics& out,
                     const std::string& inventory = {});

/// All sources as one JSON text, which the journal stores as a generation
/// (docs/formats/generation.md). Of the inventory it has the hash only.
std::string pack(const Sources& sources);
using FindInventory = std::function<Result<std::string>(const std::string& sha256)>;
/// The inverse of pack(). `find` returns the text of the inventory with a given hash; without
/// `find` the text is left out, and the result must not be compiled. Errors: `bad_generation`,
/// `newer_format`, and those of `find`.
Result<Sources> unpack(std::string_view text, const FindInventory& find = {});

/// All rules that are in force together: a generation. Immutable; match::Generation owns it.
struct RuleSet {
  model::GenerationId id = 0;  ///< the first 8 bytes of `hash`
  std::string hash;            ///< SHA-256 of `text`, 64 hex digits
  std::string text;            ///< pack(sources)
  std::vector<Rule> rules;     ///< enabled ones, in load order
  /// Rules with `enabled: false`. An event that one of them matches is known all the same, so rules
  /// with `unmatched` do not get it.
  std::vector<Rule> disabled;
  std::vector<Scope> scopes;
  std::shared_ptr<const Inventory> inventory;  ///< never nullptr after compile()
};

/// Compiles the sources. Every fault of every file goes to `out`; nullopt if there is an error, so
/// that nothing is in force in part. Blocks nothing but its thread; cost: linear in the texts,
/// about.
std::optional<RuleSet> compile(const Sources& sources, Diagnostics& out);

/// What an extract finds in one text: a view into `text`. nullopt if the expression does not match
/// or its first group is empty.
std::optional<std::string_view> extracted(const Extract& extract, std::string_view text);
/// The row that an enrich finds for one key; nullptr if there is none. An empty cell means no
/// value.
const std::vector<std::string>* row_of(const Enrich& enrich, std::string_view key);

/// The rule that is loaded with the user's own rules, and the file name that diagnostics show for
/// it.
constexpr const char* kUnknownFault = "UnknownFault";
constexpr const char* kShippedFile = "shipped:unknown.yaml";
/// Adds the shipped rule UnknownFault (rules/unknown/unknown.yaml, which is part of the binary) as
/// the first file, so that every file may override it. Adds nothing if a file has a rule of that
/// name. Not for generations from the journal: these have the rule already, or were in force
/// without it.
Sources with_unknown_fault(Sources sources);
/// Whether the rule came from with_unknown_fault() and not from a file of the user.
inline bool is_shipped_along(const Rule& rule) {
  return rule.place.file == kShippedFile;
}
/// How many enabled rules are the user's own.
inline std::size_t own_rules(const RuleSet& set) {
  return set.rules.size() -
         static_cast<std::size_t>(std::ranges::count_if(set.rules, is_shipped_along));
}

/// Paths of leaves that derive() adds besides those of names: whether the event has a row in the
/// inventory, and what the inventory puts on the alert (the name follows the prefix).
inline const std::string kInventoryRow = "#row", kInventoryLabel = "#label.",
                         kInventoryAnnotation = "#annotation.";

/// The leaf paths that the engine reads to make keys and texts of an event, with those that
/// extract, enrich and the inventory read; without those that only patterns read. Sorted, each
/// once.
std::vector<std::string> paths_read(const RuleSet& rules);

/// Adds to the event what the inventory says about it, and what the `extract` and `enrich` entries
/// of all scopes make of it. Pure; match::Derivation does the same for the index.
void derive(const RuleSet& rules, model::FlatEvent& event);

}  // namespace alarum::rules
