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

/// The rule key `unless`: while an alert of a rule that is named there fires, its consequences are
/// annulled. A match of the annulled rule counts for nothing. A result that is due (`for`,
/// `absent`) is put off and judged again when the annulling alert has ended. The engine owns the
/// object: one thread, no clock. At most one entry is put off for each key, so `max_keys` of the
/// rule bounds the memory. See docs/rules.md.
class Annulments {
 public:
  using Id = alert::ActiveAlerts::Id;  ///< rule name, key text
  using Rules = std::unordered_map<std::string, const rules::Rule*>;

  /// The firing alert that annuls what `flat` means for that key of `rule`: the first rule in
  /// `unless` that fires with `by` values of the same event that agree with the key. nullopt if
  /// there is none, or if an alert of that key fires already: that one is repeated as usual. O(log
  /// n) for each rule that `unless` names.
  static std::optional<Id> annuller_of(const rules::Rule& rule, const correlate::Key& key,
                                       const model::FlatEvent& flat, const Rules& rules,
                                       const alert::ActiveAlerts& firing);

  /// Records for the history that `annuller` annulled `target` (rule and key, which become the
  /// entry's `group_key`). Once for each pair and step, even if an event is several steps of a
  /// sequence.
  void note(const Id& target, const alert::ActiveAlerts::ActiveAlert& annuller,
            model::Offset offset, Time at);
  /// Forgets noted(). The engine calls it at the beginning of each step.
  void begin_step() { noted_.clear(); }
  /// What was annulled in this step.
  const std::vector<model::Suppressed>& noted() const { return noted_; }
  /// How often, by rule and annulling rule, since the start; replayed records count too.
  using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  const Counts& counts() const { return counts_; }

  /// `target` was due while `annuller` fires: it is judged again when that alert has ended.
  void put_off(const Id& target, const Id& annuller);
  /// How many are put off.
  std::size_t put_off() const { return put_off_.size(); }
  /// The alert for which `target` was put off; nullptr if it was not.
  const Id* put_off_by(const Id& target) const;
  /// Removes and returns what was put off for that alert, in the order of ids.
  std::vector<Id> take(const Id& annuller);
  /// Removes and returns what was put off for a rule that is gone or that no longer names the
  /// annulling rule in `unless`, after a reload.
  std::vector<Id> take_unbound(const Rules& rules);

  /// What is put off, for a checkpoint; noted() and counts() are not saved.
  void save(ByteWriter& out) const;
  static Annulments load(ByteReader& in);

 private:
  void forget(std::map<Id, Id>::iterator one);  // removes it from both maps

  std::map<Id, Id> put_off_;                // target → the alert that annulled it
  std::map<Id, std::set<Id>> by_annuller_;  // the same entries by that alert
  std::vector<model::Suppressed> noted_;
  Counts counts_;
};

}  // namespace alarum::engine
