#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/routing.h"
#include "model/alert.h"

namespace alarum::alert {

/// Which firing alerts keep which others back: Alertmanager's `inhibit_rules`. An alert that is source and target of a rule at once is not
/// kept back by another of that kind. Lives in the engine.
class Inhibition {
 public:
  Inhibition() = default;
  explicit Inhibition(std::vector<config::InhibitRule> rules);

  /// True when it may keep others back from now on.
  bool fired(const model::Labels& labels);
  /// True when it may have kept others back.
  bool ended(const model::Labels& labels);

  /// Fingerprints of the firing alerts that keep one with these labels back, sorted, 16 hex digits each.
  std::vector<std::string> inhibiting(const model::Labels& labels) const;

 private:
  struct Source {
    std::uint64_t fingerprint = 0;
    bool is_target = false;
    friend auto operator<=>(const Source&, const Source&) = default;
  };
  struct Rule {
    config::InhibitRule words;
    std::unordered_map<std::string, std::set<Source>> sources;  // by the values of `equal`
  };
  std::vector<Rule> rules_;
};

}  // namespace alarum::alert
