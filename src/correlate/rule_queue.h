#pragma once
#include <set>
#include <string_view>
#include <tuple>

#include "correlate/keyed_condition.h"

namespace alarum::correlate {

/// The rules that have timers, by when the next one is due, ties by rule. Says which rule is to run
/// its next timer; the rule's KeyTable says for which key. O(1), or O(log n) where that time has
/// changed.
class RuleQueue {
 public:
  /// The rule's next timer may be another one now.
  void update(KeyedCondition& rule) {
    const auto next = rule.keys().next();
    move(rule, next ? next->at : Time::max());
  }
  void remove(KeyedCondition& rule) { move(rule, Time::max()); }
  /// nullptr: no rule has a timer.
  KeyedCondition* front() const {
    return order_.empty() ? nullptr : std::get<KeyedCondition*>(*order_.begin());
  }

 private:
  void move(KeyedCondition& rule, Time due) {
    if (due == rule.queued_) return;
    if (rule.queued_ != Time::max()) order_.erase({rule.queued_, rule.name(), &rule});
    rule.queued_ = due;
    if (due != Time::max()) order_.emplace(due, rule.name(), &rule);
  }

  std::set<std::tuple<Time, std::string_view, KeyedCondition*>> order_;
};

}  // namespace alarum::correlate
