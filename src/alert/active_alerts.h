#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alert/posted.h"
#include "alert/texts.h"
#include "model/alert.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::alert {

/// The firing alerts and their lives: an alert fires once, counts repeats, escalates, and ends. The
/// engine owns the object: one thread, no clock. A resolved alert leaves it; the book has it then.
/// A call costs O(log n) of the firing alerts unless its comment says otherwise. All functions that
/// change something append what changed to `out`; `at` is engine time, `offset` the record's.
class ActiveAlerts {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text

  /// To be called at the beginning of each step: the record has engine time `at`, which is `ahead`
  /// before the wall clock. Timers run on engine time; what an alert says of itself (start, end,
  /// newest match) is by the wall clock. If the wall clock went back, times that would now be in
  /// the future are set to the present, because otherwise every new event would look older than the
  /// alert. O(n) when `ahead` changes.
  void set_clock(Time at, Duration ahead);

  /// A firing alert and what its end depends on.
  struct ActiveAlert {
    model::Alert alert;
    std::optional<Time> due;  ///< when `resolve_after` ends it, in engine time
    /// Engine time of the newest match; `resolve_after` counts from it.
    Time matched_at;
    /// signature_of() the rule when the alert fired. A reload that changes it ends the alert.
    std::string by_signature;
    /// Of a rule: its `keep_firing_for`. Of a posted alert: how long it fires after its last post;
    /// zero if that post named an end.
    Duration hold{};
    /// Why its condition ended, while `hold` runs; nullopt: its condition holds.
    std::optional<model::EndReason> ending = {};
    Time ended_at = {};               ///< event time of that end, by the wall clock
    std::uint64_t flaps = 1;          ///< how often its condition began
    model::Labels extra = {};         ///< annotations that do not come from the rule's texts
    std::vector<Id> inhibitors = {};  ///< alerts that suppress it while they fire
    bool told = true;  ///< at some time since it fired, neither an inhibitor nor a roll-up held it
    /// Its condition had ended before the alert was known (`ending`, `ended_at`). It stays for the
    /// rule's `within`, so that people are notified of it.
    bool over = false;
    std::optional<Time> ack_due = {};  ///< engine time at which its acknowledgement expires
  };

  /// A rule's condition has become true.
  struct Opening {
    Time when;  ///< event time of the event that made it true
    /// Event time at which the condition began. It moves the start of an alert that fires already
    /// back, but not by more than a year.
    Time starts;
    std::uint64_t matches = 1;  ///< how many events it stands for
    /// The condition is over already, since this time: the alert is recorded as late. If it is news
    /// it fires for one `within`, so that people are notified.
    std::optional<Time> ended;
    bool news = true;  ///< false: the event is part of a backlog, so the alert may be late
    /// Annotations that the alert keeps from the event that opens it.
    model::Labels lasting = {};
  };

  /// A match of `rule` with this key: fires an alert, or repeats, escalates or changes the stage of
  /// the one that fires. `by` are the labels of the key. Event times in Opening, and `ends_at` in
  /// other functions, are by the wall clock.
  void open(const rules::Rule& rule, const std::string& key, const model::Labels& by, Texts& texts,
            const Opening& opening, Time at, model::Offset offset, std::vector<model::Change>& out);
  /// The condition of the alert ended: ends it, or starts its `hold` if it has one. Does nothing if
  /// it does not fire.
  void end(const Id& id, model::EndReason reason, Time ends_at, Time at, model::Offset offset,
           std::vector<model::Change>& out);
  /// Adds annotations to a firing alert. Does nothing if it does not fire.
  void annotate(const Id& id, const model::Labels& texts, Time at, model::Offset offset,
                std::vector<model::Change>& out);
  /// What roll-ups do to an alert: the names of the rules that have absorbed it as a member, and of
  /// those that it waits for.
  struct Held {
    std::vector<std::string> absorbed, waiting;
  };
  /// An alert that has just fired is held back by roll-ups; `fired` is the alert in the change that
  /// reports it.
  void hold(model::Alert& fired, Held held);
  /// Alerts for which the answer of roll-ups may have changed since the last settle(), and the
  /// function that gives the answer now.
  struct RollUps {
    std::set<Id> touched;
    std::function<Held(const model::Alert&)> held;
  };
  /// Sets the alerts that suppress this one while they fire.
  void set_inhibitors(const Id& id, std::vector<Id> inhibitors);
  /// At the end of a step, with all its changes: determines again which alerts are suppressed or
  /// held back. Updates the alerts in `changes`, and appends changes for others. O(log n) for each
  /// change, for each alert that a firing or ending one may suppress, and for each that roll-ups
  /// touched.
  void settle(Time at, model::Offset offset, std::vector<model::Change>& changes,
              const RollUps& roll_ups = {});
  /// Ends the alert at once. Does nothing if it does not fire.
  void close(const Id& id, model::EndReason reason, Time ends_at, Time at, model::Offset offset,
             std::vector<model::Change>& out);

  /// Acknowledges the firing alert of that id, in place of an earlier acknowledgement. Does nothing
  /// if it does not fire. O(n).
  void acknowledge(const model::Acknowledge& said, Time at, model::Offset offset,
                   std::vector<model::Change>& out);
  /// Takes over acknowledgements of an older checkpoint. They have no time, and no change is
  /// reported. O(n) each.
  void adopt(const std::vector<model::Acknowledge>& acknowledged);
  /// Takes an acknowledgement back. Does nothing if there is none. O(n).
  void unacknowledge(const model::Unacknowledge& said, Time at, model::Offset offset,
                     std::vector<model::Change>& out);

  /// An alert that was posted to the API (its labels are its identity): fires, is merged with what
  /// was posted before (merged()), or ends. A post that only moves the end is no change.
  void post(const Posted& posted, Time at, model::Offset offset, std::vector<model::Change>& out);

  /// The next timer, ordered by (due, rule, key); nullptr when none is set.
  using Timer = std::tuple<Time, std::string, std::string>;
  const Timer* next() const;
  /// Runs the timer that next() names: a time-out, the end of `hold`, or of an acknowledgement.
  void run_next(model::Offset offset, std::vector<model::Change>& out);

  /// A new generation is in force: ends the alerts of rules that are gone or whose signature_of()
  /// has changed, as `rule_changed`. A changed `resolve_after` counts from the alert's newest
  /// match. Posted and built-in alerts stay. O(n).
  void apply(const rules::RuleSet& rules, Time at, model::Offset offset,
             std::vector<model::Change>& out);

  /// How many alerts settle() has looked at, for tests that count the work.
  std::uint64_t settled() const { return settled_; }

  /// All firing alerts, ordered by rule and key.
  const std::map<Id, ActiveAlert>& all() const { return live_; }
  /// How many alerts fire, by rule; a rule without any is not in it.
  const std::map<std::string, std::size_t>& by_rule() const { return by_rule_; }
  /// A text that must stay the same for a reload to keep a rule's alerts: what tells them apart,
  /// and what the condition remembers.
  static std::string signature_of(const rules::Rule& rule);
  /// Replaces all alerts by those of a checkpoint. `ahead` as set_clock() has it.
  void restore(std::vector<ActiveAlert> live, Duration ahead = {});

 private:
  using Timers = std::set<Timer, std::less<>>;  // searched without copying the names

  static void move_timer(Timers& timers, const Id& id, std::optional<Time> from,
                         std::optional<Time> to);
  std::string new_id(const Id& id, model::Offset offset);
  void record(Texts& texts, model::Alert alert, Time ended, std::vector<model::Change>& out);
  void stay(const rules::Rule& rule, ActiveAlert& live, Time ended, Time at);
  void fire(const rules::Rule& rule, const std::string& key, model::Alert alert, Texts& texts,
            Time at, bool news, std::vector<model::Change>& out);
  void repeat(const rules::Rule& rule, const Id& id, ActiveAlert& live, Texts& texts,
              const Opening& opening, Time at, model::Offset offset,
              std::vector<model::Change>& out);
  std::set<Id> touched_by(const std::vector<model::Change>& changes) const;
  std::vector<std::string> firing_of(const std::vector<Id>& inhibitors) const;
  void forget_inhibitors(const Id& id, const ActiveAlert& live);
  void set_due(const Id& id, ActiveAlert& live, std::optional<Time> due);
  Activity activity_of(const ActiveAlert& live) const;
  void set_ack_due(const Id& id, ActiveAlert& live, std::optional<Time> due);
  std::map<Id, ActiveAlert>::iterator find(const std::string& alert_id);
  void end_care(ActiveAlert& live, const model::Unacknowledge& said, Time at, model::Offset offset,
                std::vector<model::Change>& out);
  ActiveAlert& add(const Id& id, ActiveAlert live);
  void remove(std::map<Id, ActiveAlert>::iterator at);

  Time wall(Time at) const { return at - ahead_; }

  Duration ahead_{};
  std::map<Id, ActiveAlert> live_;
  std::map<std::string, std::size_t> by_rule_;  ///< counts of live_
  Timers timers_;                               ///< of ActiveAlert::due
  Timers ack_timers_;                           ///< of ActiveAlert::ack_due
  std::map<Id, std::set<Id>> watchers_;         ///< inhibitor → alerts that it may suppress
  std::uint64_t settled_ = 0;
  model::Offset opening_ = 0;  ///< of the newest record that opened an alert
  /// How often new_id() made each id within that record.
  std::unordered_map<std::uint64_t, std::uint32_t> opened_;
};

}  // namespace alarum::alert
