#include "engine/rule_times.h"

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

RuleTimes::Times::iterator RuleTimes::row_of(std::string_view rule) {
  const auto found = times_.find(rule);
  if (found != times_.end()) return found;
  return times_.try_emplace(times_.size() < kMostRules ? std::string(rule) : "(others)").first;
}

void RuleTimes::end() {
  works_for({});
  if (step_.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const auto& [rule, time] : step_) row_of(rule)->second += time * kEvery;
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
