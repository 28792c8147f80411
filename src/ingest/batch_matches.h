#pragma once
#include <memory>
#include <vector>

#include "ingest/counts.h"
#include "journal/journal.h"
#include "match/generation.h"

namespace alarum::ingest {

/// Which rules the events of one submission matched, for the metrics. It is filled on the
/// transport's thread while the events are matched, and read on the journal's thread once the
/// outcomes are known, because duplicates do not count. Costs a few bytes an event and four for
/// each rule that it matched.
class BatchMatches {
 public:
  /// `generation`: the one that the events are matched under; the hits are indexes into its rules.
  explicit BatchMatches(std::shared_ptr<const match::Generation> generation)
      : generation_(std::move(generation)) {}

  void add(const model::Event& event, const model::Hits& hits);
  /// The counts without duplicates. `outcomes`: those of the events that were added, in the same
  /// order.
  MatchCounts of(const std::vector<journal::Outcome>& outcomes) const;

 private:
  struct One {
    model::Format format;
    model::Severity severity;
    bool unmatched;
    std::uint32_t rules;  ///< how many elements of rules_ belong to this event
  };
  std::shared_ptr<const match::Generation> generation_;
  std::vector<One> events_;
  std::vector<std::uint32_t> rules_;  // of all events, one event behind the other
};

}  // namespace alarum::ingest
