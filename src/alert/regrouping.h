#pragma once
#include <string>
#include <vector>

#include "alert/groups.h"

namespace alarum::alert {

/// Another config comes into force: all alerts come to the groups that it has, and who was notified
/// of what stays known where group and receiver stay. Made for one change of the config. Costs all
/// members of all groups.
class Regrouping {
 public:
  /// `groups`: those of the config before; then those of the one that `router` has.
  Regrouping(Groups& groups, const Router& router);

  /// Adds to `config_changed` what nobody will be notified of as was to be, because its group is
  /// gone or has other targets than `before`; it is then in the order of the records.
  void apply(const ActiveAlerts& active_alerts, const std::vector<Target>& before, Time now,
             std::vector<model::Suppressed>& config_changed);

 private:
  void adopt(const model::Alert& alert, bool ended, Time now);
  void adopt(const Place& place, const model::Alert& alert, Group* before, Time now);
  void note_config_changed(const std::vector<Target>& before,
                           std::vector<model::Suppressed>& config_changed) const;
  void keep_ticking_empty_groups();

  Groups& groups_;
  const Router& router_;
  Groups::All old_;
};

}  // namespace alarum::alert
