#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "rules/inventory.h"
#include "rules/shared_texts.h"

namespace alarum::rules {

/// What the paths and names in one rule file mean. resolve() turns each into the path of a leaf
/// (model::FlatEvent), so that the rest of the program knows no names.
///
/// - Paths are attributes by name (`subject`; any other word of a-z and 0-9 is a CloudEvents
///   extension), `data.…`, `content.…` and `metric.value` (docs/rules.md).
/// - Names that `extract` and `enrich` make are valid in their file only. Their leaf is
///   `#<scope>.<name>`, which no event can have.
/// - Names of the inventory (`#inventory.<name>`) are valid in every file. A name that the file
///   makes itself takes precedence.
///
/// It lives during one compilation, on its thread; the drafts of the file's rules point to it.
class Names {
 public:
  enum class Kind { extracted, enriched };

  /// `scope`: the number of the file. `inventory`: filled before the first name is resolved, and
  /// outlives this object; nullptr if inventory names are not allowed here. `texts`: those of all
  /// files, read before the first template is; outlives this object.
  Names(std::uint32_t scope, InventoryNames* inventory, const SharedTexts& texts)
      : scope_(scope), inventory_(inventory), texts_(texts) {}

  /// Makes a name of this file known and returns the path of its leaf. nullopt and an error if the
  /// name is taken, reserved, or not legal.
  std::optional<std::string> declare(const std::string& name, Kind kind, const Place& place,
                                     Diagnostics& out);

  /// The path of the leaf that a path or name means. nullopt and an error if it can mean nothing.
  /// If a word would be an extension but is nearly a known word, a warning is added; `also` has
  /// further words that may have been meant.
  std::optional<std::string> resolve(const std::string& path, const Place& place, Diagnostics& out,
                                     const std::vector<std::string>& also = {}) const;

  /// The path of the leaf of a name that this file's `enrich` makes; nullopt for other names.
  std::optional<std::string> made_by_enrich(const std::string& name) const;
  /// Whether the name comes from a table or the inventory. Labels may be made of such names and of
  /// `by` only, because they must not change while an alert fires.
  bool is_enriched(const std::string& name) const;
  /// All such names, for messages.
  std::vector<std::string> enriched() const;
  /// What templates may put in with `{{> name}}`.
  const SharedTexts& texts() const { return texts_; }

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
  const SharedTexts& texts_;
  std::map<std::string, Derived> derived_;
};

/// Whether it is a label name as Prometheus has it: `[a-zA-Z_][a-zA-Z0-9_]*`.
bool legal_label(std::string_view name);

/// Whether a new name may be called that: a legal label that does not mean something else already.
bool free_name(const std::string& name);

/// The nearest legal label, for messages: other characters become `_`.
std::string as_label(std::string_view name);

/// Translates the paths of EventBridge, for patterns that were copied from its console:
/// `detail-type` is `type`, `detail` is `data`, `resources` is `subject`. Others stay the same, for
/// example `account` and `region`, which are extension attributes here.
std::string from_eventbridge(const std::string& path);

}  // namespace alarum::rules
