#include "ingest/batch_matches.h"

#include "model/posted.h"

namespace alarum::ingest {

void BatchMatches::add(const model::Event& event, const model::Hits& hits) {
  const auto before = rules_.size();
  for (const auto hit : hits.hits) {
    // Hits are ordered by rule, so this counts each rule once.
    if (rules_.size() == before || rules_.back() != hit.rule) rules_.push_back(hit.rule);
  }
  const bool unmatched = generation_->is_unmatched(hits) && !model::is_posted(event);
  events_.push_back({event.format(), event.severity(), unmatched,
                     static_cast<std::uint32_t>(rules_.size() - before)});
}

MatchCounts BatchMatches::of(const std::vector<journal::Outcome>& outcomes) const {
  MatchCounts counts;
  auto rule = rules_.begin();
  for (std::size_t i = 0; i < events_.size() && i < outcomes.size(); ++i) {
    const auto& event = events_[i];
    const auto end = rule + event.rules;
    if (outcomes[i].duplicate)
      rule = end;
    else if (event.unmatched)
      ++counts.unmatched[{event.format, event.severity}];
    for (; rule != end; ++rule) ++counts.by_rule[generation_->rules().rules[*rule].alert];
  }
  return counts;
}

}  // namespace alarum::ingest
