#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "model/notification.h"

namespace alarum::alert {

struct Group;  // groups.h

/// Groups without a tick of their own in which a firing alert is kept back, by what keeps it
/// back: so that the end of one silence, or of one inhibiting alert, is a look at those that waited
/// for it, not at all that wait. O(log n) a step and a group found.
class Waiting {
 public:
  /// The reason, and the first thing that caused it: the id of a silence, or the fingerprint of an
  /// inhibiting alert. If the alert's own rule or a roll-up holds it back, the alert's own id.
  /// Empty: not known until the group is flushed, after a change of the config.
  using Cause = std::pair<model::Suppressed::Why, std::string>;

  /// The group with this number waits for these causes from now on; none: it does not wait. The
  /// group must be removed before it is destroyed.
  void set(std::uint64_t number, Group& group, std::set<Cause> causes) {
    const auto known = causes_.find(number);
    if (known != causes_.end()) {
      for (const auto& cause : known->second) leave(number, cause);
      causes_.erase(known);
    }
    if (causes.empty()) return;
    for (const auto& cause : causes) by_cause_[cause][number] = &group;
    causes_[number] = std::move(causes);
  }
  /// What the group of this number waits for.
  std::set<Cause> causes(std::uint64_t number) const {
    const auto known = causes_.find(number);
    return known == causes_.end() ? std::set<Cause>() : known->second;
  }
  /// Groups that wait for it, and those of which it is not known, by number.
  std::map<std::uint64_t, Group*> of(const Cause& cause) const {
    std::map<std::uint64_t, Group*> found;
    if (by_cause_.empty()) return found;
    for (const auto& one : {cause, Cause{cause.first, ""}}) {
      if (const auto groups = by_cause_.find(one); groups != by_cause_.end())
        found.insert(groups->second.begin(), groups->second.end());
    }
    return found;
  }
  void clear() { by_cause_.clear(), causes_.clear(); }

 private:
  void leave(std::uint64_t number, const Cause& cause) {
    const auto groups = by_cause_.find(cause);
    groups->second.erase(number);
    if (groups->second.empty()) by_cause_.erase(groups);
  }

  std::map<Cause, std::map<std::uint64_t, Group*>> by_cause_;
  std::unordered_map<std::uint64_t, std::set<Cause>> causes_;
};

}  // namespace alarum::alert
