#include "ingest/counts.h"

#include <algorithm>

namespace alarum::ingest {

void Counts::accepted(model::Format format, std::uint64_t accepted, std::uint64_t duplicate,
                      Time at) {
  const std::lock_guard lock(mutex_);
  auto& counts = counts_[format];
  counts.accepted += accepted;
  counts.duplicate += duplicate;
  counts.last_heard = std::max(counts.last_heard, at);
}

void Counts::failed(model::Format format, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  counts_[format].failed += events;
}

void Counts::rejected(model::Format format, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++counts_[format].rejected[reason];
}

void Counts::matched(const MatchCounts& events) {
  const std::lock_guard lock(mutex_);
  for (const auto& [kind, count] : events.unmatched) matches_.unmatched[kind] += count;
  auto& rules = matches_.by_rule;
  for (const auto& [rule, count] : events.by_rule) row_of(rules, rule, kMostRules) += count;
}

MatchCounts Counts::matches() const {
  const std::lock_guard lock(mutex_);
  return matches_;
}

std::map<model::Format, FormatCounts> Counts::snapshot() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace alarum::ingest
