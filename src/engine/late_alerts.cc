#include "engine/late_alerts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostNamed = 3;
constexpr std::chrono::nanoseconds kGather = 2s, kBetween = 1min;

}  // namespace

void LateAlerts::note(const model::Change& change) {
  if (!change.alert.late || change.kind != model::Change::Kind::fired) return;
  ++summary_.count;
  summary_.oldest = std::max(summary_.oldest, change.at - change.alert.last_seen);
  if (rules_.size() <= kMostNamed) rules_.insert(change.alert.rule);
}

std::optional<LateAlerts::Summary> LateAlerts::take(std::chrono::nanoseconds now, bool all) {
  if (summary_.count == 0) return std::nullopt;
  if (!since_) since_ = now;
  if (!all && (now - *since_ < kGather || (said_ && now - *said_ < kBetween))) return std::nullopt;
  const bool more = rules_.size() > kMostNamed;
  if (more) rules_.erase(std::prev(rules_.end()));
  summary_.rules = fmt::format("{}{}", fmt::join(rules_, ", "), more ? " and others" : "");
  rules_.clear();
  since_.reset();
  said_ = now;
  return std::exchange(summary_, {});
}

std::optional<std::chrono::nanoseconds> LateAlerts::due() const {
  if (!since_) return std::nullopt;
  return said_ ? std::max(*since_ + kGather, *said_ + kBetween) : *since_ + kGather;
}

}  // namespace alarum::engine
