#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "alert/posted.h"
#include "alert/texts.h"
#include "model/alert.h"
#include "rules/rule_set.h"

namespace alarum::alert {

/// The firing alerts and how each of them lives: fires once, counts repeats, escalates, ends. Lives in the engine:
/// single-threaded, no clock. A resolved alert is gone from here; the book keeps it.
class Instances {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text

  /// A firing alert and what its end depends on.
  struct Live {
    model::Alert alert;
    std::optional<Time> due;   ///< when `resolve_after` ends it
    Time matched_at;           ///< engine time of the newest match: what `resolve_after` counts from
    std::string by_signature;  ///< the rule's `by` when it fired; another one after a reload ends it
  };

  /// A match at event time `when`, taken in at (`at`, `offset`): fires, repeats, moves the stage or escalates.
  void open(const rules::Rule& rule, const std::string& key, const model::Labels& by, Texts& texts, Time when, Time at,
            model::Offset offset, std::vector<model::Change>& out);
  /// Ends it; nothing when it is not firing.
  void close(const Id& id, model::EndReason reason, Time ends_at, Time at, model::Offset offset, std::vector<model::Change>& out);

  /// A posted alert (its labels are its identity) taken in at (`at`, `offset`): fires, is kept firing until its new end, or ends. What only
  /// moves its end is no change.
  void post(const Posted& posted, Time at, model::Offset offset, std::vector<model::Change>& out);

  /// Runs every timer due at or before `now`, ordered by (due, rule, key).
  void run_timers(Time now, model::Offset offset, std::vector<model::Change>& out);
  std::optional<Time> next_due() const;

  /// A new generation is in force: alerts of rules that are gone or group by something else end as `rule_changed`; changed
  /// `resolve_after`s hold from the alert's newest match on.
  void apply(const rules::RuleSet& rules, Time at, model::Offset offset, std::vector<model::Change>& out);

  const std::map<Id, Live>& all() const { return live_; }
  void restore(std::vector<Live> live);

 private:
  void fire(const rules::Rule& rule, const std::string& key, model::Alert alert, Texts& texts, Time at, std::vector<model::Change>& out);
  void repeat(const rules::Rule& rule, Live& live, Texts& texts, Time when, Time at, model::Offset offset, std::vector<model::Change>& out);
  void set_due(const Id& id, Live& live, std::optional<Time> due);

  std::map<Id, Live> live_;
  std::set<std::tuple<Time, std::string, std::string>> timers_;
};

}  // namespace alarum::alert
