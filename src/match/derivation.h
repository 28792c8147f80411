#pragma once
#include <string>
#include <vector>

#include "match/leaves.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// What the `extract` and `enrich` of all rule files add to an event's leaves, as far as a pattern reads it: rules::derive for the index. Immutable once bound.
class Derivation {
 public:
  explicit Derivation(const rules::RuleSet& rules);
  /// Paths that it reads.
  const std::vector<std::string>& paths() const { return paths_; }
  void bind(const PathTrie& paths);
  void run(Leaves& leaves) const;

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
  static void run(const Step& step, std::string_view text, Leaves& leaves);

  std::vector<Step> steps_;
  std::vector<std::string> paths_;
};

}  // namespace alarum::match
