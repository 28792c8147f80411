#pragma once
#include <memory>
#include <vector>

#include "match/generation.h"

namespace alarum::tools {

/// Asks the engine's own matcher about patterns one by one, with the names that a rule set's
/// `extract` and `enrich` make.
class Probe {
 public:
  explicit Probe(const rules::RuleSet& rules);

  void add(rules::Pattern pattern);
  /// Of each pattern, in the order in which they were added, whether it fits the event.
  std::vector<bool> fits(const model::Event& event);

 private:
  rules::RuleSet set_;
  // Made when they are first asked; alerts of rules are matched by rules about them only
  std::unique_ptr<const match::Generation> events_, alerts_;
};

}  // namespace alarum::tools
