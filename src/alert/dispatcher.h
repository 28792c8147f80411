#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/active_alerts.h"
#include "alert/inhibition.h"
#include "alert/lost.h"
#include "alert/route_tree.h"
#include "alert/routing.h"
#include "alert/silences.h"
#include "alert/waiting.h"
#include "model/record.h"

namespace alarum::alert {

/// Alerts that are notified together: those of one route whose `group_by` labels have the same
/// values. The Dispatcher owns its groups.
struct Group {
  struct Member {
    ActiveAlerts::Id id;
    model::Change::Kind kind = model::Change::Kind::fired;
    model::Offset offset = 0;  ///< of the record of the change that `kind` names
    Time at;                   ///< engine time of that change
    bool news = false;         ///< its stage changed, and no target was notified of that yet
    /// Record of its oldest transition of which targets were neither notified nor have a reason; 0
    /// if there is none.
    model::Offset owed = 0;
    std::uint8_t recorded = 0;  ///< the reason recorded last: Why * 2 + (1 if resolved); 0: none
    std::unique_ptr<model::Change> ended;  ///< the resolution, until targets were notified of it
  };
  /// What one target was notified of (Alertmanager's nflog entry): alert ids as numbers, sorted.
  struct Told {
    std::uint64_t target = 0;  ///< hash of its name
    std::vector<std::uint64_t> firing, resolved;
    /// Of the newest message, or of a reminder that was left out because nothing new was reported.
    Time at;
    bool unconfirmed = false;  ///< that message said that its alerts were not reported lately
  };

  std::size_t node = 0;  ///< in the route tree
  std::string receiver;
  /// `{}/{team="a"}:{alertname="b"}`, or `Rule{key}` for a single alert at the root.
  std::string key;
  model::Labels labels;  ///< empty for a single alert, whose labels are read when it is notified
  std::map<std::string, Member> members;  ///< by alert id
  std::vector<Told> told;
  bool flushed = false;      ///< it was flushed once, so `group_interval` applies
  std::optional<Time> next;  ///< engine time of its next flush
  std::uint64_t order = 0;   ///< among groups with the same `next`
  std::uint64_t number = 0;  ///< rises in the order in which groups were made
  /// A flush found that every target was notified of everything and that nothing is suppressed.
  /// Until `until`, as long as no member changes and `epoch` is still the Dispatcher's, a flush
  /// would find the same, so it is skipped: large groups are flushed often. Not saved.
  struct Quiet {
    std::uint64_t epoch = 0;
    Time until;
  };
  std::optional<Quiet> quiet;
};

/// Turns changes of alerts into messages: routes, groups, inhibition, mute times, silences,
/// acknowledgements and reminders, with Alertmanager's words and meaning (Alertmanager 0.31,
/// dispatch and notify; docs/routing.md says where we differ). It is a state machine in engine
/// time, without a clock: the results depend on the records and the config alone. Silences and time
/// intervals are by the wall clock even if engine time differs from it. It lives beside the engine
/// on its thread; the Processor owns it.
///
/// A change costs O(log n) for each group that it belongs to. A flush costs O(n log n) of the
/// group's members. A group without `group_interval` is flushed after each change, but a large one
/// is flushed a little later (look_soon()), so that flushes take only a part of the time.
class Dispatcher {
 public:
  using Why = model::Suppressed::Why;
  /// What a reload replaces.
  struct Config {
    std::shared_ptr<const config::Routing> routing;
    std::vector<Target> targets;
    /// The receiver of built-in alerts (is_own()); empty: the root route's.
    std::string self_monitoring = {};
  };
  /// The results of one step, in the order in which they were made.
  struct Output {
    std::vector<Routed> messages;
    std::vector<model::Suppressed> suppressed;
    /// For each change, how many targets must be notified of it. Each target is notified later, or
    /// a reason is recorded.
    std::vector<std::uint32_t> owes;
    std::vector<model::Change> logged;  ///< changes on a route that only logs
  };
  /// The receivers that the alert's rule names, which replace those of its route; nullptr: none.
  using Receivers = std::function<const std::vector<std::string>*(const model::Alert&)>;

  /// Whether only a time-out ends the alert. If nobody reports such an alert any more, it is not
  /// known whether it is still true, and reminders say so.
  using EndsByTimeout = std::function<bool(const model::Alert&)>;

  /// `active_alerts` outlives it. The functions are called within its own functions.
  Dispatcher(
      const ActiveAlerts& active_alerts, Receivers receivers,
      EndsByTimeout ends_by_timeout = [](const model::Alert&) { return false; })
      : active_alerts_(active_alerts),
        receivers_(std::move(receivers)),
        ends_by_timeout_(std::move(ends_by_timeout)) {}

  /// Puts a config in force at `now` (engine time). A target keeps its knowledge where group and
  /// receiver stay; firing alerts that move to another group are notified there.
  void configure(Config config, Time now);
  /// Continues after restore() under the config that was in force when the state was saved, as if
  /// there had been no interruption. `now` and `ahead` are those of the state's newest record.
  void resume(Config config, Time now, Duration ahead);
  /// Sets the receivers of built-in alerts; alerts that fire are notified there as well. A receiver
  /// that has such an alert keeps it until it was notified of the end. Unknown names are ignored,
  /// and if no known one is left, nothing changes.
  void set_own_receivers(const std::vector<std::string>& wanted, Time now);
  /// Adds receivers that were notified of a built-in alert that fires, until its end.
  void keep_own_receivers(const std::vector<std::string>& also, Time now);
  /// Those that were wanted, then those that still have a built-in alert.
  const std::vector<std::string>& own_receivers() const { return own_receivers_; }
  /// Alert id → who was notified of the alert, as the book has it.
  using Recorded = std::map<std::string, std::vector<Recipient>>;
  /// Makes these targets know of the alerts in `recorded` exactly those of which they were
  /// notified, and flushes groups in which that changes something. It is needed after a replay,
  /// which routes old records by the present config, and when a target comes back. A target that
  /// was notified of an acknowledged alert in another group is not notified again.
  void agree(const Recorded& recorded, const std::set<std::string>& targets);
  /// During a replay: the book says that this target was notified in this group in the step of the
  /// newest record, but the replay made no such message. Reminders then count from this record.
  /// This happens if an earlier start had to make groups and book agree.
  void count_reminders_from_here(const std::string& target, const std::string& group_key);
  /// Recorded reasons why somebody was not notified: receiver, group, reason, state.
  using Reasons = std::set<std::array<std::string, 4>>;
  /// After a replay: reasons that hold and that `recorded` (by alert id) does not have are recorded
  /// at the next flush.
  void record_again(const std::map<std::string, Reasons>& recorded);
  /// Records that are about to come will end these alerts. Until then nobody is notified that they
  /// fire. Each comes with the recipients who must be notified of the end; all others were.
  void expect_ends(const Recorded& ending);
  /// Ids of all alerts in groups, with those that have ended and whose end is not notified yet.
  std::set<std::string> members() const;
  /// Steps a record after the engine has stepped it and made `changes`. Runs the timers that are
  /// due first. However much time has passed since the record before, a target gets at most one
  /// reminder of a group.
  void step(const model::Record& record, const std::vector<model::Change>& changes, Output& out);
  /// When the next group is to be flushed, or the next silence ends, in engine time.
  std::optional<Time> next_due() const;
  /// For every change of a record below this offset, each target was notified or has a reason.
  /// nullopt: that is so for all records.
  std::optional<model::Offset> owed_from() const {
    return owed_.empty() ? std::nullopt : std::optional(*owed_.begin());
  }

  /// How many members and alerts were looked at, for tests that count the work.
  std::uint64_t looks() const { return looks_; }
  // For the API and tests.

  const Silences& silences() const { return silences_; }
  const RouteTree& tree() const { return *tree_; }
  /// How far engine time is ahead of the wall clock at the newest record.
  Duration ahead() const { return ahead_; }

  /// The receivers of an alert, and what suppresses it at `now` by the wall clock.
  struct Status {
    std::vector<std::string> receivers, silenced_by, inhibited_by, muted_by;
  };
  Status status(const model::Alert& alert, Time now) const;
  /// The targets that were notified that a firing alert fires.
  std::vector<Recipient> recipients(const model::Alert& alert) const;
  /// What suppresses an alert, and why: ids of silences, names of intervals, fingerprints or rules.
  struct Kept {
    Why why;
    std::vector<std::string> by;
  };
  /// What inhibit rules, mute times or silences say about an alert in the group of this key at
  /// `now` by the wall clock; nullopt if nothing suppresses it.
  std::optional<Kept> kept_back(const model::Alert& alert, const std::string& group_key,
                                Time now) const;
  /// The receivers of an alert and its groups; `target` is the name of the receiver.
  std::vector<Recipient> receivers(const model::Alert& alert) const;
  /// The labels that a group of this key has if the alert is in it.
  model::Labels labels_in(const model::Alert& alert, const std::string& group_key) const;
  /// What distinguishes a group from others, in the order in which groups are shown.
  struct Name {
    std::size_t node = 0;
    std::string receiver, key;
    auto operator<=>(const Name&) const = default;
  };
  /// All groups that have members, in no order. The caller sorts them, on a thread where that holds
  /// up nothing.
  std::vector<Name> names() const;
  /// The group of that name; nullptr if there is none.
  const Group* find(const Name& name) const;
  /// The labels that identify the group in messages.
  model::Labels labels_of(const Group& group) const;

  /// The state for a checkpoint (docs/formats/checkpoint.md), and back. restore() must be followed
  /// by resume() or configure(). Error `bad_state`: nothing has changed.
  std::string save() const;
  Result<void> restore(std::string_view state);
  /// The acknowledgements in a state of an older version. The engine has them now.
  std::vector<model::Acknowledge> take_old_acknowledgements() {
    return std::exchange(old_acknowledgements_, {});
  }

 private:
  struct Place {
    std::size_t node;
    std::string receiver, key;
    std::string text() const { return receiver + '\n' + key; }
  };
  struct FlushPlan;
  using All = std::unordered_map<std::string, std::unique_ptr<Group>>;

  std::vector<Place> places(const model::Alert& alert) const;
  Group& group_at(const Place& place, const model::Alert& alert);
  void adopt(const model::Alert& alert, std::unique_ptr<model::Change> ended, All& old, Time now);
  void keep_empty(All& old);
  std::uint32_t take(const model::Change& change, Output& out);
  bool logs(const Place& place) const {
    return tree_->node(place.node).log_only && place.receiver == kLogOnly;
  }
  static void log_only(const model::Change& change, const Place& place, Output& out);
  void obey(const model::Record& record);
  void note_care(const model::Change& change, Output& out);
  void notify_care(Group& group, const model::Change& change, Output& out) const;
  bool has_own(const std::string& receiver) const;
  void read_own_receivers(const All& old);
  void let_go(const std::string& receiver);
  void note_end(const model::Change& change);
  std::uint32_t join(Group& group, const model::Change& change);
  std::uint32_t targets_of(const std::string& receiver) const;
  void owe(Group::Member& member, model::Offset offset);
  void settle(Group::Member& member);
  void look_for_new_targets(Time now);
  void reroute(const All& old, const std::vector<Target>& before);
  void take_up(Config config, const std::vector<Target>& before, Time now);
  static void leave_out(const Group& group, const Target& target, const FlushPlan& telling,
                        const model::Message& message, Time now, model::Offset offset, Output& out);
  static std::set<Waiting::Cause> unknown_causes(const Group& group);
  bool ticks(const Group& group) const {
    return tree_->node(group.node).interval > Duration::zero();
  }
  void schedule(Group& group, std::optional<Time> when);
  void run_timers(Time until, bool inclusive, model::Offset offset, Output& out);
  void look_again(const Waiting::Cause& cause, Time now);
  bool agree(Group& group, const Target& target, const Recorded& recorded);
  void look_anew(Group& group);
  void owe_again(const std::string& id, Group::Member& member);
  bool has_member(const std::string& group, const std::string& alert_id) const;
  void look_next(Group& group, Time now);
  void look_soon(Group& group, Time now);
  void look_by(Group& group, Time when);
  bool fits_any(const model::Silence& silence);
  void flush(Group& group, Time now, model::Offset offset, Output& out);
  bool is_quiet(const Group& group, Time now) const;
  std::optional<Group::Quiet> quiet_after(const Group& group, const FlushPlan& telling,
                                          Time now) const;
  FlushPlan gather(Group& group, Time now, model::Offset offset, Output& out);
  void tell(Group& group, const Target& target, const FlushPlan& telling, Time now,
            model::Offset offset, Output& out);
  bool heard_of_end(const Target& target, const model::Alert& alert) const;
  bool is_unconfirmed(const model::Change& change, Time since) const;
  void rest(Group& group, const FlushPlan& telling, Time now);
  Time newest_in_step(Time first, Duration every) const {
    return newest_before(first, every, until_);
  }
  static Time newest_before(Time first, Duration every, Time until);
  Time next_look(const RouteNode& node, const FlushPlan& telling, Time now) const;
  std::optional<model::Change> state_of(const std::string& alert_id,
                                        const Group::Member& member) const;
  std::optional<Kept> keep_back(const model::Alert& alert, const std::vector<std::string>& muted,
                                Time wall) const;
  std::optional<Kept> keep_back(const model::Labels& labels, const std::vector<std::string>& muted,
                                Time wall) const;
  std::vector<std::string> muting(const RouteNode& node, Time wall) const;
  Time wall(Time at) const { return at - ahead_; }
  std::optional<Time> next_silence_end() const;
  static void keep(const Group& group, const std::string& alert_id, Group::Member& member,
                   Kept kept, Time now, model::Offset offset, Output& out);

  const ActiveAlerts& active_alerts_;
  const Receivers receivers_;
  const EndsByTimeout ends_by_timeout_;
  Config config_;
  Duration ahead_{};
  Time now_ = Time::min();  // of the newest record: no timer runs before it
  std::shared_ptr<const RouteTree> tree_;
  Inhibition inhibition_;
  Silences silences_;
  std::vector<model::Acknowledge> old_acknowledgements_;
  std::vector<std::string> own_wanted_;     // who is to be notified of built-in alerts
  std::vector<std::string> own_receivers_;  // those, and by name who holds one
  All groups_;
  std::map<std::pair<Time, std::uint64_t>, Group*> timers_;
  Waiting waiting_;
  std::unordered_map<std::string, std::vector<const Target*>> targets_;  // of config_, by receiver
  // By silence that ends with what it matches: an alert that it matched
  std::unordered_map<std::string, ActiveAlerts::Id> witnesses_;
  std::multiset<model::Offset> owed_;  // of all members that owe
  Recorded about_to_end_;              // expect_ends(), for ever; not saved: a start asks anew
  std::vector<model::Suppressed> config_changed_;  // to be recorded in the next step
  std::uint64_t next_order_ = 1, next_number_ = 1;
  std::uint64_t looks_ = 0;
  Time until_;  // the record's, of the step that runs
  // Counts what may suppress alerts of any group, or end that: inhibitions and silences
  std::uint64_t epoch_ = 0;
  std::map<std::string, const model::Change*> ending_;  // resolved in the step that runs
};

}  // namespace alarum::alert
