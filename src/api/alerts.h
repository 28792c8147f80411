#pragma once
#include <memory>
#include <string>
#include <vector>

#include "alert/dispatcher.h"
#include "api/query.h"

namespace re2 {
class RE2;
}

namespace alarum::api {

/// An alert as the API shows it.
struct AlertView {
  std::shared_ptr<const model::Alert> alert;  ///< as it was when it was looked at
  std::optional<Time> due;                    ///< when it ends by itself, by the wall clock
  alert::Dispatcher::Status status;
  /// Of a roll-up: its members in the order in which they joined, the first kMostMembers, and how
  /// many there are.
  struct Member {
    std::string id, rule, key;
  };
  static constexpr std::size_t kMostMembers = 100;
  std::vector<Member> members = {};
  std::size_t all_members = 0;
  /// The roll-ups that fire and have it as a member: since when, by the wall clock; whether it is
  /// notified only within them.
  struct Membership {
    std::string id, rule, key;
    Time since;
    bool absorbed = false;
  };
  std::vector<Membership> member_of = {};
};

/// How many alerts fire, and what became of them; one may be silenced and inhibited as well.
struct AlertSummary {
  std::size_t firing = 0;
  std::map<model::Severity, std::size_t> by_severity;
  std::size_t acknowledged = 0, silenced = 0, inhibited = 0, muted = 0;
  /// None of their receivers has an integration: nobody is notified of them.
  std::size_t no_integration = 0;

  void add(const AlertView& one);
  std::string json() const;  ///< of `GET /api/v1/alerts/summary`
};

/// Which alerts a request wants: the parameters of `GET /api/v2/alerts` and `/alerts/groups`.
/// Immutable once parsed; used on the engine's thread.
struct AlertFilter {
  model::Matchers matchers;
  std::shared_ptr<const re2::RE2> receiver;  ///< matches the whole name; nullptr: any
  bool active = true, silenced = true, inhibited = true, unprocessed = true, muted = true,
       resolved = false;
  Time since = Time::min();           ///< of resolved ones: whose newest change is not older
  model::Matchers receiver_matchers;  ///< on receiver labels, of which ours have none
  std::string id;                     ///< what the alert's id begins with

  /// Errors `bad_matcher`, `bad_parameter`.
  static Result<AlertFilter> of(const Query& query);
  bool takes(const model::Alert& alert) const {
    return alert.id.starts_with(id) && model::all_match(matchers, alert.labels);
  }
  bool takes(const alert::Dispatcher::Status& status) const;
  bool takes_receiver(const std::string& name) const;
};

/// The view of a firing alert; nullopt if the filter does not want it. On the engine's thread.
std::optional<AlertView> shown(const AlertFilter& wanted,
                               const alert::ActiveAlerts::ActiveAlert& live,
                               const alert::Dispatcher& groups, Time now);

/// A group of alerts as the API shows it.
struct GroupView {
  std::string key;  ///< the `groupKey` in notifications
  model::Labels labels;
  std::string receiver;
  std::vector<AlertView> alerts;
};
/// The position of a walk over groups: the index of the group, and the member behind which it is
/// (empty: before the first).
struct GroupPlace {
  std::size_t group = 0;
  std::string member;
};
struct GroupPage {
  /// Where the walk stood within a group, the first is the rest of it; where `next` does, the last
  /// is only begun
  std::vector<GroupView> groups;
  GroupPlace next;
};
/// Looks at the next `most` groups and alerts. On the engine's thread.
GroupPage grouped(const AlertFilter& wanted, const std::vector<alert::Dispatcher::Name>& names,
                  const GroupPlace& from, std::size_t most,
                  const alert::ActiveAlerts& active_alerts, const alert::Dispatcher& groups,
                  Time now);

/// Items of `gettableAlerts` (Alertmanager API v2), with what we know more: `id`, `rule`, `count`,
/// `lastSeen`, `reason`, `acknowledgedBy`. Commas between them.
std::string items_json(const std::vector<AlertView>& alerts);
/// Items of `alertGroups`, with `key`, and how many: without those of which nothing is wanted.
/// Alerts come by fingerprint.
std::pair<std::string, std::size_t> items_json(const AlertFilter& wanted,
                                               std::vector<GroupView>& groups);

}  // namespace alarum::api
