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

/// The firing alerts and how each of them lives: fires once, counts repeats, escalates, ends. Lives
/// in the engine: single-threaded, no clock. A resolved alert is gone from here; the book keeps it.
/// A step costs O(log n) of the alerts that fire, where nothing else is said.
class ActiveAlerts {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule name, key text

  /// Timers run on engine time; what an alert says of itself (start, end, newest match) is the wall
  /// clock's. A record of engine time `at` is stepped, which then is so far before the wall clock.
  /// Where that went back, nothing lies in its future: a start or a newest match that only the
  /// wrong clock knew would make all that comes look older.
  void set_clock(Time at, Duration ahead);

  /// A firing alert and what its end depends on.
  struct ActiveAlert {
    model::Alert alert;
    std::optional<Time> due;  ///< when `resolve_after` ends it, in engine time
    /// Engine time of the newest match: what `resolve_after` counts from
    Time matched_at;
    /// The rule's `by` when it fired; another one after a reload ends it
    std::string by_signature;
    /// The rule's: how long it stays after its condition ended; of a posted alert: after its last
    /// post, zero where that said an end
    Duration hold{};
    std::optional<model::EndReason> ending = {};  ///< its condition ended so, `hold` runs
    Time ended_at = {};                           ///< event time of that, by the wall clock
    std::uint64_t flaps = 1;                      ///< how often its condition began
    model::Labels extra = {};                     ///< annotations that are not the rule's texts
    std::vector<Id> inhibitors = {};  ///< whose firing suppresses it, by its newest event
    bool told = true;                 ///< it was not suppressed at some time since it fired
    /// Its condition had ended before it was known, `ending` since `ended_at`; it stays for the
    /// rule's `within`
    bool over = false;
    std::optional<Time> ack_due = {};  ///< when its acknowledgement ends by itself, in engine time
  };

  /// A condition that is true.
  struct Opening {
    Time when;  ///< event time of what led to it
    /// Event time that completed it; moves a firing alert's start back, up to lateness
    Time starts;
    std::uint64_t matches = 1;  ///< how many it stands for
    /// It is over already, since then: recorded as late. What is news stays for one `within`, so
    /// that people are notified
    std::optional<Time> ended;
    bool news = true;  ///< false: part of a backlog, which may be late
  };

  /// A match at event time `when` (times of an Opening, and `ends_at` below, are by the wall
  /// clock), taken in at (`at`, `offset`): fires, repeats, moves the stage or escalates.
  void open(const rules::Rule& rule, const std::string& key, const model::Labels& by, Texts& texts,
            const Opening& opening, Time at, model::Offset offset, std::vector<model::Change>& out);
  /// Its condition ended: nothing when it is not firing; it stays for the rule's `hold` when it has
  /// one.
  void end(const Id& id, model::EndReason reason, Time ends_at, Time at, model::Offset offset,
           std::vector<model::Change>& out);
  /// Adds annotations; nothing when it is not firing.
  void annotate(const Id& id, const model::Labels& texts, Time at, model::Offset offset,
                std::vector<model::Change>& out);
  /// What roll-ups say of an alert: the rules of those that have it as a member, and of those that
  /// it waits for.
  struct Held {
    std::vector<std::string> absorbed, waiting;
  };
  /// An alert that has just fired is held back; `fired`: of the change that says so.
  void hold(model::Alert& fired, Held held);
  /// Alerts of which roll-ups may say another thing since the last settle(), and what they say.
  struct RollUps {
    std::set<Id> touched;
    std::function<Held(const model::Alert&)> held;
  };
  /// The alerts whose firing suppresses it from now on.
  void set_inhibitors(const Id& id, std::vector<Id> inhibitors);
  /// At the end of a step, with all its changes: who is suppressed and held back now, in the
  /// changes and by further ones. O(log n) for each change, for each alert that one which fires or
  /// ends may suppress, and for each that roll-ups touched.
  void settle(Time at, model::Offset offset, std::vector<model::Change>& changes,
              const RollUps& roll_ups = {});
  /// Ends it at once; nothing when it is not firing.
  void close(const Id& id, model::EndReason reason, Time ends_at, Time at, model::Offset offset,
             std::vector<model::Change>& out);

  /// Somebody takes care of the firing alert of that id, in place of whoever did before. Nothing
  /// when it is not firing. O(n).
  void acknowledge(const model::Acknowledge& said, Time at, model::Offset offset,
                   std::vector<model::Change>& out);
  /// Those of an older checkpoint: without a time, and no change.
  void adopt(const std::vector<model::Acknowledge>& acknowledged);
  /// Nobody does any more. Nothing when nobody did.
  void unacknowledge(const model::Unacknowledge& said, Time at, model::Offset offset,
                     std::vector<model::Change>& out);

  /// A posted alert (its labels are its identity) taken in at (`at`, `offset`): fires, is merged
  /// with what was posted before, or ends. What only moves its end is no change.
  void post(const Posted& posted, Time at, model::Offset offset, std::vector<model::Change>& out);

  /// The next timer, ordered by (due, rule, key); nullptr when none is set.
  using Timer = std::tuple<Time, std::string, std::string>;
  const Timer* next() const;
  /// Runs it.
  void run_next(model::Offset offset, std::vector<model::Change>& out);

  /// A new generation is in force: alerts of rules that are gone or group by something else end as
  /// `rule_changed`; changed `resolve_after`s hold from the alert's newest match on.
  void apply(const rules::RuleSet& rules, Time at, model::Offset offset,
             std::vector<model::Change>& out);

  /// Alerts that settle() looked at so far, for the tests that count the work.
  std::uint64_t settled() const { return settled_; }

  const std::map<Id, ActiveAlert>& all() const { return live_; }
  /// How many fire, by rule; rules of which none does are not in it.
  const std::map<std::string, std::size_t>& by_rule() const { return by_rule_; }
  /// What must be the same for a reload to keep a rule's alerts: how they are told apart, and what
  /// their condition remembers.
  static std::string signature_of(const rules::Rule& rule);
  void restore(std::vector<ActiveAlert> live, Duration ahead = {});

 private:
  using Timers = std::set<Timer, std::less<>>;  // found without a copy of the names

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
  std::map<std::string, std::size_t> by_rule_;  ///< of live_
  Timers timers_;
  Timers ack_timers_;                    ///< of acknowledgements
  std::map<Id, std::set<Id>> watchers_;  ///< by inhibitor: whom it may suppress
  std::uint64_t settled_ = 0;
  model::Offset opening_ = 0;  ///< of the newest record that opened an alert
  std::unordered_map<std::uint64_t, std::uint32_t> opened_;  ///< by it, by their first id: how many
};

}  // namespace alarum::alert
