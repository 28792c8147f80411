#pragma once
#include "correlate/keyed_condition.h"

namespace alarum::correlate {

/// `count` and `distinct`: the rule fires while a sliding window of event time has enough. What the
/// windows cost stands in count.h and distinct.h.
class WindowCondition : public KeyedCondition {
 public:
  using KeyedCondition::KeyedCondition;
  bool holds(const KeyState& key, Time now) const override;
  Look look(const KeyState& key) const override;

 protected:
  /// One match of the window.
  void add(KeyState& key, std::uint64_t id, const Key& named, const Arrival& in, Context& context);

 private:
  bool end(KeyState& key, const Key& named, const Arrival& in, Context& context) override;
  std::optional<Time> run(KeyState& key, Time now, Context& context) override;
  Time due_of(const KeyState& key) const override;
  bool is_spent(const KeyState& key, Time now) const override;
  void changed(const rules::Rule& before, Time now, Context& context) override;
  void alert_ended(KeyState& key) override;
  Time cleared(const KeyState& key) const override;
};

/// `count: n`: n or more matches.
class CountCondition final : public WindowCondition {
 public:
  using WindowCondition::WindowCondition;

 private:
  void match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
             Context& context) override;
};

/// `distinct: {path: n}`: n or more different values. An event with several counts once for each.
class DistinctCondition final : public WindowCondition {
 public:
  using WindowCondition::WindowCondition;

 private:
  void match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
             Context& context) override;
};

}  // namespace alarum::correlate
