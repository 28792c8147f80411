#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alert/active_alerts.h"
#include "alert/inhibition.h"
#include "alert/route_tree.h"
#include "alert/silences.h"
#include "model/notification.h"

namespace alarum::alert {

/// What keeps notifications of an alert back, asked as one question: roll-ups that have or await
/// it, `inhibited_by` of its rule, `inhibit_rules`, mute times of its route, silences, and at last
/// an acknowledgement, in this order. Times are the wall clock's. Lives beside the dispatcher, on
/// the engine's thread.
class Suppression {
 public:
  using Why = model::Suppressed::Why;
  struct Reason {
    Why why;
    std::vector<std::string> by;  ///< rules, fingerprints, time intervals, silences or a person
    friend bool operator==(const Reason&, const Reason&) = default;
  };

  /// These rules and time intervals hold from now on; `active_alerts`: what fires now.
  void configure(std::shared_ptr<const config::Routing> routing, const ActiveAlerts& active_alerts);

  /// The time intervals that mute the route at `now`: those of `mute_time_intervals` that contain
  /// it, or all `active_time_intervals` when none does.
  std::vector<std::string> muting(const RouteNode& node, Time now) const;
  /// Why nobody on a route is notified of the alert at `now`; nullopt: nothing suppresses it.
  /// `muted`: muting() of the route, which is the same for all its alerts. Nobody is reminded of an
  /// acknowledged alert, but people are notified of its end.
  std::optional<Reason> reason(const model::Alert& alert, const std::vector<std::string>& muted,
                               Time now) const;
  /// The part of it that follows from labels and route, whatever the alert's own state says.
  std::optional<Reason> reason(const model::Labels& labels, const std::vector<std::string>& muted,
                               Time now) const;
  std::vector<std::string> inhibiting(const model::Labels& labels) const {
    return inhibition_.inhibiting(labels);
  }

  /// The alert fires: true when it may inhibit others from now on.
  bool fired(const model::Labels& labels) { return inhibition_.fired(labels); }
  /// It ended: true when it may have inhibited others.
  bool ended(const model::Labels& labels) { return inhibition_.ended(labels); }
  /// Silences that end with what they match, of which nothing fires any more: they are expired.
  std::vector<std::string> expire_with(const model::Labels& ended,
                                       const ActiveAlerts& active_alerts, Time now);

  Silences& silences() { return silences_; }
  const Silences& silences() const { return silences_; }
  /// Silences that have not begun at `now`.
  bool has_pending_silences(Time now) const;
  /// Alerts looked at so far, for the tests that count the work.
  std::uint64_t looks() const { return looks_; }

 private:
  bool matches_any(const model::Silence& silence, const ActiveAlerts& active_alerts);

  std::shared_ptr<const config::Routing> routing_;
  Inhibition inhibition_;
  Silences silences_;
  // By silence that ends with what it matches: an alert that it matched
  std::unordered_map<std::string, ActiveAlerts::Id> witnesses_;
  std::uint64_t looks_ = 0;
};

}  // namespace alarum::alert
