#pragma once
#include <memory>
#include <string>
#include <vector>

#include "alert/groups.h"
#include "api/query.h"

namespace re2 {
class RE2;
}

namespace alarum::api {

/// An alert as the API shows it.
struct Shown {
  model::Alert alert;
  std::optional<Time> due;  ///< when it ends by itself, by the wall clock
  alert::Groups::Status status;
};

/// Which alerts are wanted: the parameters of `GET /api/v2/alerts` and `/alerts/groups`.
struct Wanted {
  model::Matchers matchers;
  std::shared_ptr<const re2::RE2> receiver;  ///< matches the whole name; nullptr: any
  bool active = true, silenced = true, inhibited = true, unprocessed = true, muted = true, resolved = false;
  model::Matchers receiver_matchers;  ///< on receiver labels, of which ours have none

  /// Errors `bad_matcher`, `bad_parameter`.
  static Result<Wanted> of(const Query& query);
  bool takes(const model::Labels& labels) const { return model::all_match(matchers, labels); }
  bool takes(const alert::Groups::Status& status) const;
  bool takes_receiver(const std::string& name) const;
};

/// The firing alerts that are wanted, by fingerprint. On the engine's thread.
std::vector<Shown> firing(const Wanted& wanted, const alert::Instances& instances, const alert::Groups& groups, Time now);

struct ShownGroup {
  std::string key;  ///< what receivers are told as `groupKey`
  model::Labels labels;
  std::string receiver;
  std::vector<Shown> alerts;
};
std::vector<ShownGroup> grouped(const Wanted& wanted, const alert::Instances& instances, const alert::Groups& groups, Time now);

/// `gettableAlerts` (Alertmanager API v2), with what we know more: `id`, `rule`, `count`, `lastSeen`, `reason`, `acknowledgedBy`.
std::string alerts_json(const std::vector<Shown>& alerts);
/// `alertGroups`, with `key`.
std::string groups_json(const std::vector<ShownGroup>& groups);

}  // namespace alarum::api
