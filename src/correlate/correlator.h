#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/fault_recovery_matcher.h"
#include "correlate/keys.h"
#include "correlate/rule_state.h"
#include "model/record.h"
#include "rules/rule_set.h"

namespace alarum::correlate {

/// What correlation concludes from one record or timer for one instance.
struct Decision {
  enum class Kind : std::uint8_t { opens, closes, annotates };
  Kind kind = Kind::opens;
  const rules::Rule* rule = nullptr;
  Key key;
  Time when;  ///< event time of what led to it
  /// Of opens: event time that completed the condition; may lie before `when`, or move back
  Time starts;
  std::optional<Time> ended;  ///< of opens: its whole life is over already, since then
  model::EndReason reason = model::EndReason::recovered;  ///< of closes, and of opens that are over
  std::uint64_t matches = 1;  ///< of opens: how many it stands for when it fires
  bool timer = false;         ///< no event led to it
};

/// Counted, so that nothing that a rule could not use is lost in silence.
struct Counts {
  std::uint64_t by_missing = 0;         ///< `by` terms without a value
  std::uint64_t instances_dropped = 0;  ///< elements past kMaxInstancesPerEvent
  std::uint64_t already_recovered = 0;  ///< faults that arrived after their own recovery
  /// Recoveries without a firing alert, or older than its fault
  std::uint64_t nothing_to_end = 0;
  std::uint64_t time_replaced = 0;  ///< event times that were missing or corrected
  /// Matches of new keys of rules that have `max_keys` of them
  std::uint64_t keys_refused = 0;
  std::uint64_t not_expected = 0;  ///< matches of keys that the rule's `expect` does not list
  /// Events that a rule could not take; parked() has the first
  std::uint64_t parked = 0;
};

/// An event that would have broken a rule: that rule went on without it, the others took it.
struct Parked {
  std::string event, rule, reason;
};

/// Whether an alert of the rule's `unless` annuls what is about to count for that key. Asked of
/// rules that have one, also of what no event led to.
using Annuls = std::function<bool(const rules::Rule&, const Key&)>;

/// Turns hits into findings: plain matches and their recoveries, windows, sequences, absence. Lives
/// in the engine: single-threaded, no clock; windows on event time as it is handed in, timers on
/// engine time: all times here are engine time.
class Correlator {
 public:
  /// The event time, corrected, in engine time: of what the event opens, and of what it ends.
  struct Times {
    Time opens, ends;
  };
  /// `flat` is the event with the generation's derived names. Where its hits come in several parts,
  /// `first` says which is the first.
  std::vector<Decision> take(const rules::RuleSet& rules, const model::Event& event,
                             const model::FlatEvent& flat, const model::Hits& hits, Times times,
                             model::Stamp arrival, const Annuls& annuls = {}, bool first = true);

  /// The next timer, ordered by (due, rule, key); nullopt when none is set.
  struct Due {
    Time at;
    std::string_view rule, key;
  };
  std::optional<Due> next() const;
  /// Runs it. What is annulled is not judged before wait_anew().
  std::vector<Decision> run_next(const Annuls& annuls = {});
  /// What annulled the absence of that key is over: it is waited for as if it had just been heard.
  /// Nothing where it is not annulled.
  void wait_anew(const std::string& rule, const std::string& key, Time now);

  /// A generation is in force from engine time `now` on: keys of rules that are gone, or make other
  /// keys, are forgotten; changed thresholds hold; members that `expect` lists anew are waited for,
  /// those that it lists no more end. Walks over the keys of a rule only where its `absent` or its
  /// `expect` has changed. The rules of the generation before are still there.
  std::vector<Decision> apply(const rules::RuleSet& rules, Time now);
  /// Gives back some `keys` of what rules that are gone remembered; changes nothing else. True:
  /// nothing is left.
  bool tidy(std::size_t keys);
  /// Nobody listened until `now`: what was absent is waited for anew.
  void listen_anew(Time now);
  /// The alert ended by something else than correlation.
  void forget(const std::string& rule, const std::string& key);
  /// What a rule remembers of a key, for people; nullopt: nothing.
  struct Look {
    struct Match {
      Time when;
      std::uint64_t id = 0;   ///< of the event; of `distinct` its value
      std::uint8_t step = 0;  ///< of a sequence
    };
    std::vector<Match> matches;        ///< of windows and sequences, by time
    std::optional<Time> firing_until;  ///< of windows
    std::optional<Time> last;          ///< of `absent`: when it was heard last
    std::optional<Time> due;           ///< of sequences and `absent`: when it is judged
  };
  std::optional<Look> look(const std::string& rule, const std::string& key) const;
  /// Is the window condition of that key true beyond `now`? Of rules without a window always.
  bool holds(const rules::Rule& rule, const std::string& key, Time now) const;

  FaultRecoveryMatcher& pairing() { return pairing_; }
  const FaultRecoveryMatcher& pairing() const { return pairing_; }
  const Counts& counts() const { return counts_; }
  const std::vector<Parked>& parked() const { return parked_; }
  /// Rules that have refused keys and have not fallen below nine tenths of `max_keys` since.
  const std::set<std::string>& degraded() const { return degraded_; }
  /// Drops from them those that have room again.
  void review_degraded();
  /// Keys remembered, by all rules together.
  std::size_t keys() const;

  /// Writes what is remembered at this moment, in parts: the beginning at once, then some `bytes`
  /// at a time whenever save_some() is called, until it returns true. Between the calls it goes on
  /// as always: what is about to change is set aside as it was. A save that is under way when
  /// another begins is given up.
  void begin_save(ByteWriter& out);
  bool save_some(std::size_t bytes, ByteWriter& out);
  /// Of the generation in force; `version` is the engine state's. False: damaged.
  /// `others`: these are not the rules that it was saved under; what belongs to rules that are gone
  /// or remember something else is passed over.
  bool restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in,
               bool others = false);

 private:
  struct Arrival;
  void take_hit(const rules::Rule& rule, model::Hit hit, const Arrival& in,
                std::vector<Decision>& out);
  void take_key(const rules::Rule& rule, model::Hit hit, Key& key, const Arrival& in,
                std::vector<Decision>& out);
  void take_plain(const rules::Rule& rule, bool opens, Key& key, const Arrival& in,
                  std::vector<Decision>& out);
  void take_window(KeyState& slot, Key& key, const Arrival& in, std::vector<Decision>& out);
  void take_step(KeyState& slot, std::uint8_t step, Key& key, const Arrival& in,
                 std::vector<Decision>& out);
  void take_absent(KeyState& slot, Key& key, const Arrival& in, std::vector<Decision>& out);
  bool take_end(KeyState& slot, const Key& key, const Arrival& in, std::vector<Decision>& out);
  bool end_parts(RuleState& memory, const Key& key, const Arrival& in, std::vector<Decision>& out);
  bool is_over(RuleState& memory, const Key& key, const Arrival& in) const;
  void settle(KeyState& slot, Time now);
  void run_window(KeyState& slot, Time now, std::vector<Decision>& out);
  void run_chain(KeyState& slot, Time now, std::vector<Decision>& out);
  void run_absence(KeyState& slot, Time now, const Annuls& annuls, std::vector<Decision>& out);
  void judge(KeyState& slot, Time now, bool timer, std::vector<Decision>& out);
  KeyState* slot_of(const std::string& rule, const std::string& key) const;
  void schedule(KeyState& slot);
  void heard(KeyState& slot, Time now);
  bool quiet_together(RuleState& memory, Time now) const;
  void wake(RuleState& memory, Time now, std::vector<Decision>& out);
  void expect_members(RuleState& memory, const rules::Rule& before, Time now,
                      std::vector<Decision>& out);
  void refit(RuleState& memory, const rules::Rule& before, Time now);
  void drop(std::unique_ptr<RuleState> memory);
  Time due_of(const KeyState& slot) const;
  void arm(KeyState& slot, Time due);
  void note_front(RuleState& memory);
  void refuse(const rules::Rule& rule);
  RuleState* memory_of(const rules::Rule& rule);
  void will_change(KeyState& slot);
  void save_bucket(ByteWriter& out);
  void save_rest();
  struct SavedRule {
    RuleState* memory = nullptr;  ///< nullptr: passed over
    rules::Condition condition{};
  };
  bool restore_slot(const std::vector<SavedRule>& saved, std::size_t number, ByteReader& in);
  static bool skip_slot(rules::Condition condition, ByteReader& in);

  FaultRecoveryMatcher pairing_;
  Counts counts_;
  std::map<std::string, std::unique_ptr<RuleState>> memories_;  // by rule
  struct ByDue {
    bool operator()(const RuleState* a, const RuleState* b) const {
      return a->front != b->front ? a->front < b->front : a->name() < b->name();
    }
  };
  std::set<RuleState*, ByDue> fronts_;  // those with something in their queue
  // Of rules that are gone: given back key by key
  std::vector<std::unique_ptr<RuleState>> dropped_;
  std::set<std::string> degraded_;
  std::map<std::string, std::uint64_t> limits_;  // max_keys of degraded_
  std::vector<Parked> parked_;

  // The save that is under way.
  struct Saving {
    std::vector<RuleState*> left;  // the last of them is being walked over
    std::size_t bucket = 0;        // its next
    ByteWriter aside;              // written out of turn: they were about to change
  };
  std::optional<Saving> saving_;
};

}  // namespace alarum::correlate
