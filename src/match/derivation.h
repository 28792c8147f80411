#pragma once
#include <set>
#include <string>
#include <vector>

#include "match/field_values.h"
#include "rules/inventory.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// Adds to an event's leaves what the inventory and the `extract` and `enrich` entries of all rule
/// files derive from them, as far as a pattern reads it. rules::derive() does the same for a
/// FlatEvent; this is the version for the index, which skips everything that no pattern needs.
///
/// A part of a Generation. It borrows the rule set. Immutable after bind(); then any thread may run
/// it.
class Derivation {
 public:
  /// Finds out which steps are needed: those whose result a pattern reads, or a later needed step.
  explicit Derivation(const rules::RuleSet& rules);
  /// The paths that it reads and writes. The matcher must have slots for them.
  const std::vector<std::string>& paths() const { return paths_; }
  /// Looks up the slots of these paths. Call it once, before run().
  void bind(const PathTrie& paths);
  /// Adds the derived leaves to `leaves`, which were begun with the same paths. The inventory comes
  /// first, then each file's extracts and enriches in their order, so that one may use the result
  /// of another. Cost: for each needed step one look-up, or one regular expression, for each leaf
  /// of its source path.
  void run(FieldValues& leaves) const;

 private:
  struct Output {
    std::string path;
    std::size_t column = 0;  // of the row of an enrich
    std::uint32_t slot = PathTrie::kNoSlot;
  };
  // One extract or enrich entry (the other pointer is null) with those of its outputs that are
  // needed.
  struct Step {
    const rules::Extract* extract = nullptr;
    const rules::Enrich* enrich = nullptr;
    std::string from;
    std::uint32_t from_slot = PathTrie::kNoSlot;
    std::vector<Output> outputs;
  };
  struct Known {
    const rules::Inventory::Name* name = nullptr;
    std::uint32_t slot = PathTrie::kNoSlot;
  };
  // Adds the inventory's names that are needed, and the paths that the inventory reads to find a
  // row.
  void need_inventory(const std::set<std::string>& needed);
  void look_up(FieldValues& leaves) const;
  static void run(const Step& step, std::string_view text, FieldValues& leaves);

  const rules::Inventory* inventory_ = nullptr;
  std::vector<Known> known_;               // names of the inventory that some pattern reads
  std::vector<std::uint32_t> read_slots_;  // of what the inventory reads, by number
  std::vector<Step> steps_;
  std::vector<std::string> paths_;
};

}  // namespace alarum::match
