#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alert/groups.h"
#include "alert/lost.h"
#include "alert/suppression.h"

namespace alarum::alert {

/// What the dispatcher makes of one record.
struct DispatchOutput {
  std::vector<Routed> messages;
  std::vector<model::Suppressed> suppressed;
  /// Of each change: how many targets are to be notified. Each is, or it is recorded why not.
  std::vector<std::uint32_t> owes;
  std::vector<model::Change> logged;  ///< for the log, where a route says that nobody is notified
};

/// Who was notified of which alerts, as it is recorded, by alert id.
using RecordedRecipients = std::map<std::string, std::vector<Recipient>>;
/// Whether only a time-out ends the alert: where nobody reports it any more, nobody knows whether
/// it is still so.
using EndsByTimeout = std::function<bool(const model::Alert&)>;

/// The alerts of groups as they are at this point of a step: those that end later in the same step
/// still fire.
class AlertStates {
 public:
  explicit AlertStates(const ActiveAlerts& active) : active_(active) {}
  const ActiveAlerts& active() const { return active_; }

  void begin_step() { ending_.clear(); }
  /// It resolves in the step that begins; `change` outlives the step.
  void will_end(const model::Change& change) { ending_[change.alert.id] = &change; }
  void end_step() { ending_.clear(); }

  /// nullptr: no alert of that id fires.
  const ActiveAlerts::ActiveAlert* find(const std::string& alert_id,
                                        const ActiveAlerts::Id& id) const;
  /// What the member's group has to say of it; nullopt: it is gone.
  std::optional<model::Change> of(const std::string& alert_id, const Group::Member& member) const;

 private:
  const ActiveAlerts& active_;
  std::map<std::string, const model::Change*> ending_;
};

/// What a look at a group reads, and when it is.
struct FlushView {
  const AlertStates& alerts;
  const Suppression& suppression;
  /// Alerts that end by records that are about to come, each with those who are to be notified
  const RecordedRecipients& expected_ends;
  const EndsByTimeout& ends_by_timeout;
  Duration ahead;        ///< of engine time before the wall clock
  Time now, until;       ///< of the look; of the record whose step it is in
  model::Offset offset;  ///< of that record
  Time wall() const { return now - ahead; }
};

/// One look at a group: what suppresses its members, who is notified of the others, and when the
/// group is to be looked at again. Writes down in the group and in `out` what came of it. Costs
/// O(n log n) of the members, for each target O(n).
class GroupFlush {
 public:
  GroupFlush(const FlushView& view, Group& group, const RouteNode& node, DispatchOutput& out);

  /// Notifies the target, if there is anything new for it or it is to be reminded.
  void notify(const Target& target);
  bool has_changes() const { return !changes_.empty(); }
  /// Some wait for a roll-up, or are in one.
  bool waits() const { return waits_; }
  /// What suppresses those that fire.
  const std::set<Waiting::Cause>& causes() const { return causes_; }

  /// Of a group that ticks: its next look.
  Time next_tick() const;
  /// Of a group that does not: its next reminder, or the next minute where it is muted.
  std::optional<Time> next_reminder() const;
  /// Looks find the same from here on, see Group::Quiet. nullopt: they may not.
  std::optional<Group::Quiet> quiet(const std::vector<const Target*>& targets,
                                    std::uint64_t epoch) const;

  /// The newest of `first`, `first` + `every`, … up to `until`; `first` when there is none. After
  /// an outage one look, and one reminder, stands for all that fell into it.
  static Time newest_before(Time first, Duration every, Time until) {
    return first >= until ? first : first + (until - first) / every * every;
  }

 private:
  void look_at(const std::string& id, Group::Member& member);
  void note_suppressed(const std::string& id, Group::Member& member, Suppression::Reason reason);
  void drop_refired();
  void leave_out(const Target& target, const model::Message& message);
  bool knows_of_end(const Target& target, const model::Alert& alert) const;
  bool is_unconfirmed(const model::Change& change, Time since) const;
  bool are_all_unconfirmed(Time since) const;
  std::vector<model::Change> changes_for(const Target& target, bool reminds, Time before) const;
  void record(model::Suppressed::Why why, const model::Alert& alert, const std::string& receiver);

  const FlushView view_;
  Group& group_;
  const RouteNode& node_;
  DispatchOutput& out_;
  std::vector<std::string> muted_;
  std::vector<model::Change> changes_;  // by the order in which the alerts fired
  // absorbed: that fire, and nobody is notified
  NotificationLog::Ids firing_, resolved_, absorbed_;
  std::set<std::uint64_t> firing_labels_;
  std::set<std::string> owed_;  // alerts with a transition that somebody is to be notified of
  bool news_ = false;
  bool all_acknowledged_ = true;  // of those that fire
  bool waits_ = false;
  std::set<Waiting::Cause> causes_;
};

/// Records why the member's notifications are suppressed, where that is new. `out` gets it.
void record_suppressed(const Group& group, const std::string& alert_id, Group::Member& member,
                       Suppression::Reason reason, Time now, model::Offset offset,
                       DispatchOutput& out);

/// The labels that a group is known by.
model::Labels labels_of(const Group& group, const RouteNode& node, const AlertStates& alerts);

}  // namespace alarum::alert
