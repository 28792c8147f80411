#pragma once
#include <string>
#include <vector>

#include "match/event_reader.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// Reads what the rules of a set make alerts of: the leaves of their keys and texts, and what they
/// derive from others. Immutable; any thread may ask.
class AlertReader {
 public:
  /// `rules` outlive it.
  explicit AlertReader(const rules::RuleSet& rules);
  AlertReader(const AlertReader&) = delete;
  AlertReader& operator=(const AlertReader&) = delete;

  /// rules::derive() is done. The event outlives what is read, and so does this.
  model::FlatEvent read(const model::Event& event) const;

 private:
  const rules::RuleSet* rules_;
  const std::vector<std::string> asked_;  ///< sorted
  const PathTrie paths_;                  ///< slot i: asked_[i]
  const EventReader reader_;
};

}  // namespace alarum::match
