#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alert/active_alerts.h"
#include "base/bytes.h"
#include "correlate/keys.h"
#include "model/flat_event.h"
#include "model/notification.h"
#include "rules/rule.h"

namespace alarum::engine {

/// `unless`: while an alert of a rule that is named there fires, what it causes is annulled. A
/// match counts for nothing; what is due (`for`, `absent`) is put off, and judged again once that
/// alert has ended. Lives in the engine: single-threaded, no clock. Who is put off is bounded by
/// `max_keys` of its rule: a key is put off once.
class Annulments {
 public:
  using Id = alert::ActiveAlerts::Id;  ///< rule name, key text
  using Rules = std::unordered_map<std::string, const rules::Rule*>;

  /// The firing alert that annuls what `flat` says of that key of the rule: the first of `unless`
  /// that fires, where its `by` values of the same event agree with the key. nullopt: none, or an
  /// alert of that key fires already, which is repeated as ever. O(log n) for each rule that
  /// `unless` names.
  static std::optional<Id> annuller_of(const rules::Rule& rule, const correlate::Key& key,
                                       const model::FlatEvent& flat, const Rules& rules,
                                       const alert::ActiveAlerts& firing);

  /// What was annulled since begin_step(), for the history: of the alert that annulled it,
  /// `group_key` is the rule and key that were annulled.
  void note(const Id& target, const alert::ActiveAlerts::ActiveAlert& annuller,
            model::Offset offset, Time at);
  void begin_step() { noted_.clear(); }
  const std::vector<model::Suppressed>& noted() const { return noted_; }
  /// How often, by rule and annuller, since the start; replayed ones too.
  using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  const Counts& counts() const { return counts_; }

  /// `target` was due: it is judged again when `annuller` has ended.
  void put_off(const Id& target, const Id& annuller);
  /// How many are put off. None where nothing fires that `unless` names.
  std::size_t put_off() const { return put_off_.size(); }
  /// Who has put that off; nullptr: nobody.
  const Id* put_off_by(const Id& target) const;
  /// Whom that alert has put off, in the order of their ids; they are put off no more.
  std::vector<Id> take(const Id& annuller);
  /// Likewise those whose rule is gone, or names the annuller no more.
  std::vector<Id> take_unbound(const Rules& rules);

  void save(ByteWriter& out) const;
  static Annulments load(ByteReader& in);

 private:
  void forget(std::map<Id, Id>::iterator one);

  std::map<Id, Id> put_off_;                // by target: its annuller
  std::map<Id, std::set<Id>> by_annuller_;  // the same the other way round
  std::vector<model::Suppressed> noted_;
  Counts counts_;
};

}  // namespace alarum::engine
