#pragma once
#include <memory>
#include <vector>

#include "ingest/counts.h"
#include "journal/journal.h"
#include "match/generation.h"

namespace alarum::ingest {

/// What the rules made of the events of one submission, noted while they are matched. Which of them
/// are duplicates is known once the journal has them: those do not count. Costs a few bytes an
/// event and nothing for a rule that none fits.
class BatchMatches {
 public:
  explicit BatchMatches(std::shared_ptr<const match::Generation> generation)
      : generation_(std::move(generation)) {}

  void add(const model::Event& event, const model::Hits& hits);
  /// `outcomes` of the events that were added, in the same order.
  MatchCounts of(const std::vector<journal::Outcome>& outcomes) const;

 private:
  struct One {
    model::Format format;
    model::Severity severity;
    bool unmatched;
    std::uint32_t rules;  ///< how many of rules_ are its own
  };
  std::shared_ptr<const match::Generation> generation_;
  std::vector<One> events_;
  std::vector<std::uint32_t> rules_;
};

}  // namespace alarum::ingest
