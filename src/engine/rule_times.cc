#include "engine/rule_times.h"

#include "base/bounded_rows.h"

namespace alarum::engine {

void RuleTimes::count(std::chrono::nanoseconds now) {
  if (rule_.empty()) return;
  step_[rule_] += now - since_;
}

void RuleTimes::works_for(std::string_view rule) {
  if (rule == rule_) return;
  const auto now = clock_.monotonic();
  count(now);
  rule_ = rule;
  since_ = now;
}

void RuleTimes::end() {
  works_for({});
  if (step_.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const auto& [rule, time] : step_) row_of(times_, rule, kMostRules) += time * kEvery;
  step_.clear();
}

std::map<std::string, double> RuleTimes::seconds() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, double> seconds;
  for (const auto& [rule, time] : times_)
    seconds.emplace(rule, std::chrono::duration<double>(time).count());
  return seconds;
}

}  // namespace alarum::engine
