#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// Which firing alerts suppress which others: Alertmanager's `inhibit_rules` (its package
/// `inhibit`). An alert that is both source and target of a rule is not suppressed by another such
/// alert. The Dispatcher owns the object: one thread, no clock. Each call costs, for each inhibit
/// rule that fits the alert, O(log n) of the sources with the same values of `equal`.
class Inhibition {
 public:
  Inhibition() = default;
  /// Rules cannot be changed; after a reload a new object is filled with the alerts that fire.
  explicit Inhibition(std::vector<config::InhibitRule> rules);

  /// An alert fires. True if it is a source of some rule, so it may suppress others from now on.
  bool fired(const model::Labels& labels);
  /// An alert has ended. True if it was a source, so others may be suppressed no longer.
  bool ended(const model::Labels& labels);

  /// inhibiting() names at most so many alerts for each rule.
  static constexpr std::size_t kMostNamed = 16;
  /// Fingerprints of the firing alerts that suppress an alert with these labels, as 16 hex digits,
  /// sorted. For each rule the kMostNamed lowest. Empty if nothing suppresses it.
  std::vector<std::string> inhibiting(const model::Labels& labels) const;

 private:
  // Sources with the same values of `equal`.
  struct Sources {
    /// Fingerprints of sources that are no targets of the rule, and of those that are.
    std::set<std::uint64_t> alone, targets;
  };
  struct Rule {
    config::InhibitRule words;                         // as the config has them
    std::unordered_map<std::string, Sources> sources;  // by the values of `equal`
  };
  std::vector<Rule> rules_;
};

}  // namespace alarum::alert
