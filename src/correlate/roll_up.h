#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "model/alert.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// One roll-up of one rule: its members, what of them it counts and names, and what it has been
/// since it began. Has no timers and no queue (Gathering has them). Times are engine time, but for
/// the starts and ends of members, which are the wall clock's. A member costs O(log n); begin()
/// costs all members. Memory: 8 bytes for each different value since it began, of kMostPeak at
/// most.
class RollUp {
 public:
  using Id = std::pair<std::string, std::string>;  ///< rule, key of an alert
  /// The firing alert of that id; nullptr: there is none.
  using Find = std::function<const model::Alert*(const Id&)>;
  static constexpr std::size_t kMostPeak = 1'000'000, kMostNamed = 16, kMostShared = 5,
                               kMostAlike = 64;

  enum class State : std::uint8_t { idle, pending, firing };
  struct Member {
    std::uint64_t order = 0;  ///< in which it joined, of all
    std::uint32_t kind = 0;   ///< place of its rule in `gather`
    std::string value;        ///< of `distinct`; empty: none
    model::Severity severity{};
    Time starts, since;       ///< when it began, by the wall clock; when it joined
    std::uint64_t count = 0;  ///< of its reports so far
    bool absorbs = true;      ///< the roll-up may suppress it
    std::optional<Time> due;  ///< it is suppressed until then
    model::Labels shared;     ///< annotations that are not its rule's texts
  };

  State state = State::idle;
  model::Labels labels;
  std::map<Id, Member> members;
  std::optional<Time> begins;   ///< pending until then
  std::optional<Time> settles;  ///< partial recovery is announced then
  Time begun;                   ///< when it began
  Time moved;                   ///< when it began, or a member joined or left last
  Time newest, last_end;        ///< start of the newest member; end of the last one that left

  /// A member comes: what is counted and named follows.
  void join(const rules::Rule& rule, const Id& id, Member member, const model::Alert& alert);
  /// It was reported again. True: texts of the roll-up may be others.
  bool update(const rules::Rule& rule, const Id& id, Member& member, const model::Alert& alert);
  void leave(std::map<Id, Member>::iterator at);
  /// Before a member joins or leaves: what comes after it was settled is news.
  void note_settled(const rules::Rule& rule, Time now);
  /// The places of rules in `gather` have changed.
  void count_kinds_again();

  /// Enough values lie close enough together. `looks` counts the values looked at.
  bool is_ready(const rules::Rule& rule, std::uint64_t& looks) const;
  /// There are as many values, or members, as the rule asks for.
  bool has_enough(const rules::Rule& rule) const;
  /// What joined so far has been judged.
  void note_judged() { unjudged_.reset(); }
  /// All its members are judged again.
  void judge_all_again();
  /// It fires from now on; it has members.
  void begin(Time now, const Find& find);
  /// No member has joined or left for `settle`: says what has changed since.
  void settle();

  /// `members.…`, for its texts.
  std::map<std::string, std::string> texts(const rules::Rule& rule, const Find& find) const;
  /// What its members say beside their rules' texts: the different values, at most kMostShared
  /// named; and `members`, a line about all.
  model::Labels annotations(const rules::Rule& rule) const;
  /// In the order in which they joined, at most `most`.
  std::vector<Id> first_members(std::size_t most) const;

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Value {
    std::size_t members = 0;
    std::uint64_t order = 0;  // of the member that brought it
    Time starts;
  };
  // The most telling rule that a member had since the roll-up began, and the texts of such a
  // member: what was worse does not get better because one of its alerts ended.
  struct Lead {
    std::uint32_t kind = UINT32_MAX;
    std::string summary, description, runbook;
  };
  struct First {
    std::string name, summary;
  };

  void index(const Id& id, const Member& member);
  void unindex(const Member& member);
  void share(Member& member, const model::Alert* alert);
  void note_since_begin(const Id& id, const Member& member);
  void note_alike(std::uint32_t kind, const Id& id);
  void lead_by(std::uint32_t kind, const model::Alert& alert);
  std::string names() const;
  std::string kinds(const rules::Rule& rule) const;
  std::string reporters(const rules::Rule& rule) const;
  std::uint32_t step_of(const rules::Rule& rule) const;
  const Id& latest() const;
  void save_members(ByteWriter& out) const;
  void load_members(ByteReader& in);

  // Since it began: hashes of the values; most values at once; the worst severity; kinds that
  // reported; hashes of the keys of each kind's members, kMostAlike of a kind at most
  std::set<std::uint64_t> peak_;
  std::size_t high_ = 0;
  model::Severity worst_{};
  std::set<std::uint32_t> reporters_;
  std::map<std::uint32_t, std::set<std::uint64_t>> alike_;
  First first_;
  Lead lead_;
  // Earliest and latest start of those that joined since the last look
  std::optional<std::pair<Time, Time>> unjudged_;
  std::string recovery_;
  bool partial_ = false;     // partial recovery has been announced
  std::size_t settled_ = 0;  // how many values it had had when it last was settled; 0: never
  // Made of the members:
  std::map<std::string, Value> values_;
  std::map<std::uint64_t, std::string> in_order_;  // values, by the member that brought them
  std::set<std::pair<Time, std::string>> starts_;  // of values
  std::map<std::uint32_t, std::map<std::uint64_t, Id>> kinds_;
  std::map<std::string, std::map<std::string, std::size_t>> shared_;
};

}  // namespace alarum::correlate
