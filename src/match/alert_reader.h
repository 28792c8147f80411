#pragma once
#include <string>
#include <vector>

#include "match/event_reader.h"
#include "rules/rule_set.h"

namespace alarum::match {

/// Reads from an event what the rules of a set need to make an alert of it: the fields of their
/// keys (`by`), of their labels and texts, and what `extract`, `enrich` and the inventory derive
/// from other fields. The index does not read these fields, because most events match nothing; the
/// engine calls this class (through Generation::read) for the events that matched.
///
/// A part of a Generation, and immutable: any thread may call read(). Each thread has scratch
/// memory of its own for it.
class AlertReader {
 public:
  /// Borrows `rules`, which must outlive it. Cost: the number of paths that the rules read.
  explicit AlertReader(const rules::RuleSet& rules);
  AlertReader(const AlertReader&) = delete;
  AlertReader& operator=(const AlertReader&) = delete;

  /// The fields of the event, with rules::derive() already applied. The result has views into the
  /// event and into this reader, so both must outlive it. It may be asked only for paths that the
  /// rules read (model::FlatEvent::of). Cannot fail: the event was checked when it was ingested.
  model::FlatEvent read(const model::Event& event) const;

 private:
  const rules::RuleSet* rules_;
  const std::vector<std::string> asked_;  // paths that the rules read, sorted
  const PathTrie paths_;                  // the slot of a path is its index in asked_
  const EventReader reader_;
};

}  // namespace alarum::match
