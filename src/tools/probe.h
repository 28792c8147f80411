#pragma once
#include <memory>
#include <vector>

#include "match/generation.h"

namespace alarum::tools {

/// Evaluates single patterns with the engine's own matcher, so that tools never disagree with the
/// daemon. Patterns may use the names that the `extract` and `enrich` of `rules` make. One thread;
/// `rules` is needed only by the constructor.
class Probe {
 public:
  explicit Probe(const rules::RuleSet& rules);

  /// Adds a pattern. All must be added before the first fits().
  void add(rules::Pattern pattern);
  /// Whether each pattern matches the event, in the order in which they were added.
  std::vector<bool> fits(const model::Event& event);

 private:
  rules::RuleSet set_;  // a rule for each pattern
  // Built when first needed: for events, and for alerts, which only rules about alerts match.
  std::unique_ptr<const match::Generation> events_, alerts_;
};

}  // namespace alarum::tools
