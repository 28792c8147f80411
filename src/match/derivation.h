#pragma once
#include <set>
#include <string>
#include <vector>

#include "match/field_values.h"
#include "rules/inventory.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// What the inventory, and the `extract` and `enrich` of all rule files, add to an event's leaves,
/// as far as a pattern reads it: rules::derive for the index. Immutable once bound.
class Derivation {
 public:
  explicit Derivation(const rules::RuleSet& rules);
  /// Paths that it reads.
  const std::vector<std::string>& paths() const { return paths_; }
  void bind(const PathTrie& paths);
  void run(FieldValues& leaves) const;

 private:
  struct Output {
    std::string path;
    std::size_t column = 0;  // of the row of an enrich
    std::uint32_t slot = PathTrie::kNoSlot;
  };
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
  void need_inventory(const std::set<std::string>& needed);
  void look_up(FieldValues& leaves) const;
  static void run(const Step& step, std::string_view text, FieldValues& leaves);

  const rules::Inventory* inventory_ = nullptr;
  std::vector<Known> known_;               // names of the inventory that somebody reads
  std::vector<std::uint32_t> read_slots_;  // of what the inventory reads, by number
  std::vector<Step> steps_;
  std::vector<std::string> paths_;
};

}  // namespace alarum::match
