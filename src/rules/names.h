#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "rules/inventory.h"

namespace alarum::rules {

/// What a path or name of one rule file stands for. Paths (RULES.md "match"): attributes by name
/// (`subject`; any other word of a-z and 0-9 is a CloudEvents extension), `data.…`, `content.…`,
/// `metric.value`. Names that `extract` and `enrich` make hold for their file only: they are kept
/// as leaves `#<scope>.<name>`, which no event can have. Names of the inventory hold for every file
/// (`#inventory.<name>`); one that a file makes itself goes before them.
class Names {
 public:
  enum class Kind { extracted, enriched };

  /// `inventory` is filled before the first name is resolved, and outlives this; nullptr: there are
  /// no such names.
  Names(std::uint32_t scope, InventoryNames* inventory) : scope_(scope), inventory_(inventory) {}

  /// Makes a name of this file. nullopt and an error when it is taken, reserved or not a legal
  /// name; else its leaf path.
  std::optional<std::string> declare(const std::string& name, Kind kind, const Place& place,
                                     Diagnostics& out);

  /// The leaf path of a path or name. nullopt and an error when there can be none. A warning where
  /// a word that would be an extension is but a slip away from a known one; `also` holds further
  /// words that may have been meant.
  std::optional<std::string> resolve(const std::string& path, const Place& place, Diagnostics& out,
                                     const std::vector<std::string>& also = {}) const;

  /// The leaf path of a name that this file's enrich makes.
  std::optional<std::string> made_by_enrich(const std::string& name) const;
  /// Made of a table or the inventory: what labels may be made of.
  bool is_enriched(const std::string& name) const;
  std::vector<std::string> enriched() const;

 private:
  struct Derived {
    Kind kind;
    Place place;
  };
  std::string leaf(const std::string& name) const;
  std::optional<std::string> extension(const std::string& word, const Place& place,
                                       Diagnostics& out,
                                       const std::vector<std::string>& words) const;

  bool in_inventory(const std::string& name) const {
    return inventory_ && inventory_->known.contains(name);
  }

  std::uint32_t scope_;
  InventoryNames* inventory_;
  std::map<std::string, Derived> derived_;
};

/// `[a-zA-Z_][a-zA-Z0-9_]*`: Prometheus' label names.
bool legal_label(std::string_view name);

/// It may be the name of something that is made: a legal label that means nothing else.
bool free_name(const std::string& name);

/// The same name with `_` for what may not stand in a label.
std::string as_label(std::string_view name);

/// EventBridge's field names in ours, for patterns copied from its console: `detail-type` is
/// `type`, `detail` `data`, `resources` `subject`. Others stay: `account` and `region` are the
/// extension attributes of that name.
std::string from_eventbridge(const std::string& path);

}  // namespace alarum::rules
