#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alert/group_flush.h"
#include "alert/reconciliation.h"

namespace alarum::alert {

/// Turns changes of alerts into messages: routes, groups, inhibition, mute times, silences,
/// acknowledgements and reminders, with Alertmanager's words and meaning (Alertmanager 0.31,
/// dispatch and notify; docs/routing.md says where we differ). It is a state machine in engine
/// time, without a clock: the results depend on the records and the config alone. Silences and time
/// intervals are by the wall clock even if engine time differs from it. It lives beside the engine
/// on its thread; the Processor owns it.
///
///     change ──> Router: which groups ──> Groups: when each is looked at
///                                           └─> GroupFlush: a look
///                                                 ├─ Suppression: reason(alert, now)
///                                                 └─ NotificationLog: who knows ──> message
///
/// A change costs O(log n) for each group that it comes to. A look at a group costs its members
/// (O(n log n)); a group without `group_interval` is looked at at once after each change, a crowded
/// one a little later (Groups::look_soon), so that its looks take no more than a part of the time.
class Dispatcher {
 public:
  using Why = model::Suppressed::Why;
  struct Config {
    std::shared_ptr<const config::Routing> routing;
    std::vector<Target> targets;
    /// The receiver of built-in alerts (is_own()); empty: the root route's.
    std::string self_monitoring = {};
  };
  using Output = DispatchOutput;
  using Receivers = Router::Receivers;
  using EndsByTimeout = alert::EndsByTimeout;

  Dispatcher(
      const ActiveAlerts& active_alerts, Receivers receivers,
      EndsByTimeout ends_by_timeout = [](const model::Alert&) { return false; })
      : alerts_(active_alerts),
        ends_by_timeout_(std::move(ends_by_timeout)),
        router_(std::move(receivers)) {}

  /// From now on this config holds. Who was notified of what stays known where group and receiver
  /// stay; firing alerts that come to another group are notified there.
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
  const std::vector<std::string>& own_receivers() const { return router_.own_receivers(); }

  using Recorded = RecordedRecipients;
  using Reasons = Reconciliation::Reasons;
  /// See Reconciliation; a group where that changes something is looked at.
  void agree(const Recorded& recorded, const std::set<std::string>& targets);
  void record_again(const std::map<std::string, Reasons>& recorded);
  void expect_ends(const Recorded& ending) { reconciliation_.expect_ends(ending); }
  void expect_no_end(const std::string& id) { reconciliation_.expect_no_end(id); }
  const Recorded& expected_ends() const { return reconciliation_.expected_ends(); }
  /// During a replay: the book says that this target was notified in this group in the step of the
  /// newest record, but the replay made no such message. Reminders then count from this record.
  /// This happens if an earlier start had to make groups and book agree.
  void count_reminders_from_here(const std::string& target, const std::string& group_key) {
    reconciliation_.count_reminders_from(now_, target, group_key);
  }

  /// Steps a record after the engine has stepped it and made `changes`. Runs the timers that are
  /// due first. However much time has passed since the record before, a target gets at most one
  /// reminder of a group.
  void step(const model::Record& record, const std::vector<model::Change>& changes, Output& out);
  /// When the next group is to be looked at, or the next silence ends.
  std::optional<Time> next_due() const;
  /// All transitions of records below it have been notified or recorded; nullopt: all there are.
  std::optional<model::Offset> owed_from() const { return groups_.owed_from(); }

  /// How many members and alerts were looked at, for tests that count the work.
  std::uint64_t looks() const { return looks_ + suppression_.looks(); }
  const Silences& silences() const { return suppression_.silences(); }
  const RouteTree& tree() const { return router_.tree(); }
  /// How far engine time is ahead of the wall clock at the newest record.
  Duration ahead() const { return ahead_; }

  /// Whom an alert is routed to, and what suppresses it at `now`, by the wall clock.
  struct Status {
    std::vector<std::string> receivers, silenced_by, inhibited_by, muted_by;
    /// Of those receivers: the ones that have no integration, so that nobody is notified.
    std::vector<std::string> no_integration = {};
  };
  Status status(const model::Alert& alert, Time now) const;
  /// The targets that were notified that a firing alert fires.
  std::vector<Recipient> recipients(const model::Alert& alert) const;
  /// What silences, mute times and inhibit rules say of an alert in the group of this key at `now`,
  /// by the wall clock; nullopt: nothing suppresses it.
  std::optional<Suppression::Reason> kept_back(const model::Alert& alert,
                                               const std::string& group_key, Time now) const;
  /// The receivers of an alert and its groups; `target` is the name of the receiver.
  std::vector<Recipient> receivers(const model::Alert& alert) const;
  /// The labels that a group of this key has if the alert is in it.
  model::Labels labels_in(const model::Alert& alert, const std::string& group_key) const;
  /// Ids of all alerts in groups, with those that have ended and whose end is not notified yet.
  std::set<std::string> members() const;
  /// What distinguishes a group from others, in the order in which groups are shown.
  struct Name {
    std::size_t node = 0;
    std::string receiver, key;
    auto operator<=>(const Name&) const = default;
  };
  /// All groups that have members, in no order. The caller sorts them, on a thread where that holds
  /// up nothing.
  std::vector<Name> names() const;
  const Group* find(const Name& name) const;
  /// The labels that identify the group in messages.
  model::Labels labels_of(const Group& group) const;

  /// What a checkpoint holds of it (docs/formats/checkpoint.md), and back; to be followed by
  /// resume() or configure(). Errors: `bad_state`, `newer_format`.
  std::string save() const;
  Result<void> restore(std::string_view state);
  /// The acknowledgements in a state of an older version. The engine has them now.
  std::vector<model::Acknowledge> take_old_acknowledgements() {
    return std::exchange(old_acknowledgements_, {});
  }

 private:
  void use(Config config, const std::vector<Target>& before, Time now);
  void look_for_new_targets(Time now);
  void begin_step(const model::Record& record, const std::vector<model::Change>& changes,
                  Output& out);
  std::uint32_t take(const model::Change& change, Output& out);
  std::uint32_t take(const model::Change& change, const Place& place, Output& out);
  std::uint32_t join(Group& group, const model::Change& change);
  void suppression_may_end(const model::Change& repeated);
  void note_end(const model::Change& change);
  void take_acknowledgement(const model::Change& change, Output& out);
  void notify_acknowledgement(Group& group, const model::Change& change, Output& out) const;
  void apply(const model::Record& record);
  void run_timers(Time until, bool inclusive, model::Offset offset, Output& out);
  void look_again(const Waiting::Cause& cause, Time now);
  void look_next(Group& group, Time now);
  void look_once_more(Group& group);
  void flush(Group& group, Time now, model::Offset offset, Output& out);
  void rest(Group& group, const GroupFlush& look);
  const RouteNode& node_of(const Group& group) const { return router_.node(group.node); }
  bool ticks(const Group& group) const { return node_of(group).interval > Duration::zero(); }
  Time wall(Time at) const { return at - ahead_; }

  AlertStates alerts_;
  const EndsByTimeout ends_by_timeout_;
  Router router_;
  Groups groups_;
  Suppression suppression_;
  Reconciliation reconciliation_{groups_, router_, alerts_};
  std::vector<model::Suppressed> config_changed_;  // to be recorded in the next step
  std::vector<model::Acknowledge> old_acknowledgements_;
  Duration ahead_{};
  Time now_ = Time::min();  // of the newest record: no timer runs before it
  Time until_;              // the record's, of the step that runs
  // Counts what may suppress alerts of any group, or end that: inhibitions and silences
  std::uint64_t epoch_ = 0;
  std::uint64_t looks_ = 0;
};

}  // namespace alarum::alert
