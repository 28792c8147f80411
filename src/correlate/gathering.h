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

#include "base/bytes.h"
#include "correlate/keys.h"
#include "correlate/roll_up.h"
#include "rules/rule_set.h"

namespace alarum::correlate {

/// Roll-ups (rules with `gather`): states over the alerts of other rules that fire now. Is given
/// each change of an alert and the time, and says which roll-up begins, moves or ends, and which
/// members it holds back. Lives in the engine: single-threaded, no clock; all times are engine
/// time, but for the starts of members and the ends that next() gives, which are the wall clock's.
/// A change of a member costs O(log n) for each roll-up that it belongs to (before one with a
/// `within` begins also a look at the starts in that span, fewer than its `distinct`); the
/// beginning of a roll-up and its end by hand cost its members. RuleState: what fires now, and 8
/// bytes for each different value that a roll-up had since it began, of kMostPeak at most.
class Gathering {
 public:
  using Id = RollUp::Id;  ///< rule, key: as alert::ActiveAlerts::Id
  /// Rules that hold an alert back: it is a member of their firing alert, or waits for one.
  struct Held {
    std::vector<std::string> absorbed, waiting;
    bool empty() const { return absorbed.empty() && waiting.empty(); }
  };
  /// What is to be done with a roll-up: its alert fires, is rendered again, or ends.
  struct Verdict {
    enum class Kind : std::uint8_t { begins, moves, ends };
    Kind kind;
    const rules::Rule* rule;
    Key key;
    /// By the wall clock: the start of the member that completed it; of an end: that of its last
    /// member
    Time when;
  };
  using Find = RollUp::Find;

  /// These rules are in force from now on, and all roll-ups of rules that are gone, or are of
  /// another `by` or `distinct`, are over: what they held is quiet until it is reported again.
  /// Firing alerts (`visit` is called with each) become members of what is new without being held
  /// back.
  void apply(const rules::RuleSet& rules, Time now,
             const std::function<void(const std::function<void(const model::Alert&)>&)>& each);

  /// Some alert changed: a member joins, leaves or reports, or a roll-up itself is over.
  void take(const model::Change& change, Time now);
  /// Some roll-up has moved, and next() has not been asked about it.
  bool moved() const { return !dirty_.empty(); }
  /// The next of them, a gathered one before those that gather it; nullopt: no other has to be done
  /// anything with.
  std::optional<Verdict> next(Time now, const Find& find);
  /// Members whose Held may be another since the last call.
  std::set<Id> take_touched() { return std::exchange(touched_, {}); }
  /// What holds a firing alert back.
  Held held(const model::Alert& alert) const;

  /// The next timer, ordered by (due, rule, key).
  struct Due {
    Time at;
    std::string_view rule, key;
  };
  std::optional<Due> next_due() const;
  void run_next();

  /// `members.…` of a firing roll-up, for its texts.
  std::map<std::string, std::string> leaves(const rules::Rule& rule, const std::string& key,
                                            const Find& find) const;
  /// What its members say beside their rules' texts (annotations of the inventory): the different
  /// values, at most kMostShared named; and `members`, a line about all.
  model::Labels annotations(const rules::Rule& rule, const std::string& key) const;

  /// The members of a roll-up in the order in which they joined, at most `most`, and how many there
  /// are.
  std::pair<std::vector<Id>, std::size_t> members(const Id& roll_up, std::size_t most) const;
  /// Roll-ups that fire and have this firing alert as a member, and since when (engine time).
  struct Membership {
    Id roll_up;
    Time since;
    bool absorbed = false;
  };
  std::vector<Membership> memberships(const model::Alert& alert) const;

  /// Alerts without a label of some roll-up's `by`, which are therefore no members of it.
  std::uint64_t without_key() const { return without_key_; }
  /// Members looked at so far, for the tests that count the work.
  std::uint64_t looks() const { return looks_; }

  void save(ByteWriter& out) const;
  /// What was saved, to be followed by apply().
  static Gathering load(ByteReader& in);

 private:
  using State = RollUp::State;
  using Member = RollUp::Member;
  using Place = std::tuple<std::uint32_t, std::string, std::string>;  // rank, rule, key
  enum class Timer : std::uint8_t { begin, settle, wait };
  using Entry = std::tuple<Time, std::string, std::string, Timer, Id>;
  struct Way {
    const rules::Rule* rule;
    std::uint32_t kind;
    bool absorbs;
  };
  struct Quiet {
    std::uint64_t count = 0;  // it was reported so often when its roll-up was dissolved
    bool absorbed = false;
  };

  std::optional<Key> key_of(const rules::Rule& rule, const model::Labels& labels) const;
  void leave_former(const model::Alert& alert, Time now);
  void take_member(const Way& way, const model::Change& change, Time now);
  void end_own(std::map<Id, RollUp>::iterator at, model::EndReason reason);
  void wake(const model::Alert& alert, const std::vector<Way>& ways);
  void report(const Way& way, const model::Alert& alert, Time now);
  void join(const Way& way, const Key& key, const model::Alert& alert, Time starts, Time now,
            bool held);
  void update(const Way& way, const std::string& key, RollUp& one, Member& member,
              const model::Alert& alert);
  void leave(const Way& way, const std::string& key, const model::Alert& alert, Time now);
  void drop(const Id& roll_up, RollUp& one, std::map<Id, Member>::iterator at);
  void drop_unlisted(Time now);
  void judge_again(const model::Alert& alert, Time now);
  void note_move(const rules::Rule& rule, const std::string& key, RollUp& one, Time now);
  void judge(const Id& id, const rules::Rule& rule, RollUp& one, Time now);
  void begin(const rules::Rule& rule, const std::string& key, RollUp& one, Time now,
             const Find& find);
  void touch_all(const rules::Rule& rule, const std::string& key, RollUp& one);
  void dissolve(const Id& id);
  void erase(std::map<Id, RollUp>::iterator at);
  void set_timer(std::optional<Time>& now, std::optional<Time> due, const Id& roll_up, Timer kind,
                 const Id& member = {});
  void arm_loaded(const Id& id, RollUp& one);
  const RollUp* roll_up(const rules::Rule& rule, const std::string& key) const;

  std::unordered_map<std::string, const rules::Rule*> rules_;  // roll-ups, by name
  std::unordered_map<std::string, std::vector<Way>> ways_;     // by member rule
  // Of the rules in force, by name: what must be the same for members to stay
  std::map<std::string, std::string> signatures_;
  std::map<Id, RollUp> roll_ups_;  // rule, key
  // By alert and rule: not reported since its roll-up was dissolved
  std::map<Id, std::map<std::string, Quiet>> quiet_;
  std::set<Entry> timers_;
  std::set<Place> dirty_;
  std::set<Id> touched_;
  // Ended just now, with its labels then: the change that follows says what it has become
  std::optional<std::pair<Id, model::Labels>> escalated_;
  std::uint64_t next_order_ = 1, without_key_ = 0;
  mutable std::uint64_t looks_ = 0;
};

}  // namespace alarum::correlate
