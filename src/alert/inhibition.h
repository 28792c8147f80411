#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// Which firing alerts keep which others back: Alertmanager's `inhibit_rules`. An alert that is
/// source and target of a rule at once is not kept back by another of that kind. An alert costs
/// each rule that fits it O(log n) of the sources with the same values. Lives in the engine.
class Inhibition {
 public:
  Inhibition() = default;
  explicit Inhibition(std::vector<config::InhibitRule> rules);

  /// True when it may keep others back from now on.
  bool fired(const model::Labels& labels);
  /// True when it may have kept others back.
  bool ended(const model::Labels& labels);

  static constexpr std::size_t kMostNamed = 16;
  /// Fingerprints of firing alerts that keep one with these labels back, sorted, 16 hex digits
  /// each: of each rule at most kMostNamed, the lowest.
  std::vector<std::string> inhibiting(const model::Labels& labels) const;

 private:
  struct Sources {
    /// Fingerprints; those that are targets of the rule as well
    std::set<std::uint64_t> alone, targets;
  };
  struct Rule {
    config::InhibitRule words;
    std::unordered_map<std::string, Sources> sources;  // by the values of `equal`
  };
  std::vector<Rule> rules_;
};

}  // namespace alarum::alert
