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

/// Alerts that are told together: those of one route whose `group_by` labels have the same values.
struct Group {
  struct Member {
    ActiveAlerts::Id id;
    model::Change::Kind kind = model::Change::Kind::fired;
    model::Offset offset = 0;  ///< of the change that `kind` names
    Time at;
    bool news = false;  ///< its stage changed, and nobody was told yet
    /// Of its oldest transition that was neither told nor recorded as kept back; 0: none
    model::Offset owed = 0;
    std::uint8_t recorded = 0;  ///< why it was kept back, as last recorded: Why * 2 + resolved
    std::unique_ptr<model::Change> ended;  ///< once it has resolved: until it was told
  };
  /// What one target knows: ids of alerts, as numbers, sorted.
  struct Told {
    std::uint64_t target = 0;  ///< hash of its name
    std::vector<std::uint64_t> firing, resolved;
    /// Of the newest message, or of a reminder that was left out because nothing was reported since
    Time at;
    bool unconfirmed = false;  ///< that message said that none of its alerts was reported of late
  };

  std::size_t node = 0;
  std::string receiver;
  /// `{}/{team="a"}:{alertname="b"}`; of an alert by itself at the root `Rule{key}`
  std::string key;
  model::Labels labels;  ///< of a real group; of an alert by itself it is made when it is told
  std::map<std::string, Member> members;  ///< by alert id
  std::vector<Told> told;
  bool flushed = false;
  std::optional<Time> next;  ///< when it is looked at again
  std::uint64_t order = 0;   ///< among those of the same time
  std::uint64_t number = 0;  ///< in the order in which groups were made
  /// A look found everybody notified and nothing suppressed. Looks find the same before `until`
  /// while no member changes and `epoch` is the present one, so they are skipped: large groups tick
  /// often. Not saved.
  struct Quiet {
    std::uint64_t epoch = 0;
    Time until;
  };
  std::optional<Quiet> quiet;
};

/// From alerts to messages: routes, groups, inhibition, mute times, silences, acknowledgements and
/// reminders, with Alertmanager's words and meaning (Alertmanager 0.31, dispatch and notify;
/// docs/routing.md says where we differ). A pure state machine in engine time: what it decides
/// depends on the records and the config alone. Silences and time intervals are the wall clock's:
/// they hold when a clock on the wall says so, also when engine time is before it. Lives beside the
/// engine, on its thread.
///
/// A change costs O(log n) for each group that it comes to. A look at a group costs its members
/// (O(n log n)); a group without `group_interval` is looked at at once after each change, a crowded
/// one a little later (look_soon()), so that its looks take no more than a part of the time.
class Dispatcher {
 public:
  using Why = model::Suppressed::Why;
  struct Config {
    std::shared_ptr<const config::Routing> routing;
    std::vector<Target> targets;
    /// The receiver of built-in alerts (is_own()); empty: the root's
    std::string self_monitoring = {};
  };
  struct Output {
    std::vector<Routed> messages;
    std::vector<model::Suppressed> suppressed;
    /// Of each change: how many targets are to be told. Each is, or it is recorded why not.
    std::vector<std::uint32_t> owes;
    std::vector<model::Change> logged;  ///< for the log, where a route says that nobody is notified
  };
  /// The receivers that the alert's rule names in place of its route's; nullptr: none.
  using Receivers = std::function<const std::vector<std::string>*(const model::Alert&)>;

  /// Whether only a time-out ends the alert: where nobody reports it any more, nobody knows whether
  /// it is still so.
  using EndsByTimeout = std::function<bool(const model::Alert&)>;

  Dispatcher(
      const ActiveAlerts& active_alerts, Receivers receivers,
      EndsByTimeout ends_by_timeout = [](const model::Alert&) { return false; })
      : active_alerts_(active_alerts),
        receivers_(std::move(receivers)),
        ends_by_timeout_(std::move(ends_by_timeout)) {}

  /// From now on this config holds. Who was told of what stays known where group and receiver stay;
  /// firing alerts that come to another group are told there.
  void configure(Config config, Time now);
  /// After restore(), where this config was in force as the state was saved: what comes is as it
  /// would have come then. `now`, `ahead`: of the newest record of the state.
  void resume(Config config, Time now, Duration ahead);
  /// Who is notified of built-in alerts from now on: those that fire are notified there as well. A
  /// receiver that has such an alert keeps it until it was notified of its end, whoever is named.
  /// Names that the config does not have, and none at all, change nothing.
  void set_own_receivers(const std::vector<std::string>& wanted, Time now);
  /// Beside those: whoever was notified of one that fires, until its end.
  void keep_own_receivers(const std::vector<std::string>& also, Time now);
  const std::vector<std::string>& own_receivers() const { return own_receivers_; }
  /// Who was notified of which alerts, as it is recorded, by alert id.
  using Recorded = std::map<std::string, std::vector<Recipient>>;
  /// Of the alerts in `recorded` these targets know those that they were notified of, and no
  /// others; a group where that changes something is looked at. After a replay, which sends old
  /// records through the present config, and where a target comes back. Of an acknowledged alert a
  /// target that was notified in another group is not notified anew.
  void agree(const Recorded& recorded, const std::set<std::string>& targets);
  /// In the step of the newest record this target was notified in the group of this key, as is
  /// recorded, and the replay made no such message: reminders count from here. A start before,
  /// which made groups and book agree, may have notified of what the records alone do not say.
  void count_reminders_from_here(const std::string& target, const std::string& group_key);
  /// Of whom it is recorded that they were not notified, and why, by alert id: receiver, group,
  /// why, state.
  using Reasons = std::set<std::array<std::string, 4>>;
  /// Why alerts are kept back and what `recorded` does not have is recorded at the next look. After
  /// a replay.
  void record_again(const std::map<std::string, Reasons>& recorded);
  /// These alerts end by records that are about to come: until then nobody is notified that they
  /// fire. Each with those who are to be notified of its end; all others have been.
  void expect_ends(const Recorded& ending);
  /// Ids of all alerts that a group has, ended ones too.
  std::set<std::string> members() const;
  /// One record, after the engine has stepped it and made `changes` of it. However much time has
  /// passed since the one before, each target is reminded of a group once at most.
  void step(const model::Record& record, const std::vector<model::Change>& changes, Output& out);
  /// When the next group is to be told, or the next silence ends.
  std::optional<Time> next_due() const;
  /// All transitions of records below it have been told or recorded; nullopt: all there are.
  std::optional<model::Offset> owed_from() const {
    return owed_.empty() ? std::nullopt : std::optional(*owed_.begin());
  }

  /// Members and alerts looked at so far, for the tests that count the work.
  std::uint64_t looks() const { return looks_; }

  const Silences& silences() const { return silences_; }
  const RouteTree& tree() const { return *tree_; }
  /// How far engine time was before the wall clock at the newest record.
  Duration ahead() const { return ahead_; }

  /// Whom an alert is routed to, and what keeps it back at `now`, by the wall clock.
  struct Status {
    std::vector<std::string> receivers, silenced_by, inhibited_by, muted_by;
  };
  Status status(const model::Alert& alert, Time now) const;
  /// Who was notified that a firing alert fires.
  std::vector<Recipient> recipients(const model::Alert& alert) const;
  struct Kept {
    Why why;
    std::vector<std::string> by;
  };
  /// What silences, mute times and inhibit rules say of an alert in the group of this key at `now`,
  /// by the wall clock; nullopt: nothing keeps it back.
  std::optional<Kept> kept_back(const model::Alert& alert, const std::string& group_key,
                                Time now) const;
  /// Whom an alert is routed to, and in which groups; `target` is a receiver.
  std::vector<Recipient> receivers(const model::Alert& alert) const;
  /// The labels that a group of this key has for an alert in it.
  model::Labels labels_in(const model::Alert& alert, const std::string& group_key) const;
  /// What tells a group from others; in the order in which they are shown.
  struct Name {
    std::size_t node = 0;
    std::string receiver, key;
    auto operator<=>(const Name&) const = default;
  };
  /// Of all groups that have members, in no order: whoever asks sorts them where it holds nobody
  /// up.
  std::vector<Name> names() const;
  const Group* find(const Name& name) const;
  /// The labels that a group is known by.
  model::Labels labels_of(const Group& group) const;

  /// What a checkpoint holds of it, and back; to be followed by resume() or configure(). Error
  /// `bad_state`.
  std::string save() const;
  Result<void> restore(std::string_view state);
  /// Acknowledgements that the state had, where it is of an older version: they are the engine's
  /// now.
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
  std::vector<model::Suppressed> rerouted_;  // to be recorded in the next step
  std::uint64_t next_order_ = 1, next_number_ = 1;
  std::uint64_t looks_ = 0;
  Time until_;  // the record's, of the step that runs
  // Counts what may suppress alerts of any group, or end that: inhibitions and silences
  std::uint64_t epoch_ = 0;
  std::map<std::string, const model::Change*> ending_;  // resolved in the step that runs
};

}  // namespace alarum::alert
