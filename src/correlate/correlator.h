#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "correlate/conditions.h"
#include "correlate/rule_meter.h"
#include "model/record.h"

namespace alarum::correlate {

/// An event that would have broken a rule: that rule went on without it, the others took it.
struct Parked {
  std::string event, rule, reason;
};

/// Turns hits into decisions: finds the keys that an event names, and gives each to the rule's
/// Condition; runs their timers. Lives in the engine: single-threaded, no clock. Windows run on
/// event time as it is handed in, timers on engine time: all times here are engine time.
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
  std::optional<Conditions::Due> next() const { return conditions_.next(); }
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
  bool tidy(std::size_t keys) { return conditions_.drop_retired(keys); }
  /// Nobody listened until `now`: what was absent is waited for anew.
  void listen_anew(Time now) { conditions_.listen_again(now); }
  /// The alert ended by something else than correlation.
  void forget(const std::string& rule, const std::string& key);
  /// What a rule remembers of a key, for people; nullopt: nothing.
  using Look = correlate::Look;
  std::optional<Look> look(const std::string& rule, const std::string& key) const;
  /// Is the window condition of that key true beyond `now`? Of rules without a window always.
  bool holds(const rules::Rule& rule, const std::string& key, Time now) const;

  FaultRecoveryMatcher& pairing() { return pairing_; }
  const FaultRecoveryMatcher& pairing() const { return pairing_; }
  const Counts& counts() const { return counts_; }
  const std::vector<Parked>& parked() const { return parked_; }
  /// Rules that have refused keys and have not fallen below nine tenths of `max_keys` since.
  const std::set<std::string>& degraded() const { return limits_.names(); }
  /// Drops from them those that have room again.
  void review_degraded();
  /// Keys remembered, by all rules together.
  std::size_t keys() const { return conditions_.size(); }
  /// The same by rule; every rule in force that can remember keys is there. O(rules).
  std::map<std::string, std::size_t> keys_by_rule() const { return conditions_.keys_by_rule(); }
  /// Who learns for which rule take() works; nullptr: nobody. It outlives its use here.
  void set_meter(RuleMeter* meter) { meter_ = meter; }

  /// Writes what is remembered at this moment, in parts: the beginning at once, then some `bytes`
  /// at a time whenever save_some() is called, until it returns true. Between the calls it goes on
  /// as always: what is about to change is set aside as it was. A save that is under way when
  /// another begins is given up.
  void begin_save(ByteWriter& out);
  bool save_some(std::size_t bytes, ByteWriter& out) { return conditions_.save_some(bytes, out); }
  /// Of the generation in force; `version` is the engine state's. False: damaged.
  /// `others`: these are not the rules that it was saved under; what belongs to rules that are gone
  /// or remember something else is passed over.
  bool restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in,
               bool others = false);

 private:
  Context context(const Annuls& annuls, std::vector<Decision>& out);
  void take_hit(const rules::Rule& rule, model::Hit hit, const Arrival& in, Context& context);
  void take_key(const rules::Rule& rule, model::Hit hit, Key& key, const Arrival& in,
                Context& context);

  FaultRecoveryMatcher pairing_;
  Counts counts_;
  std::vector<Parked> parked_;
  KeyLimits limits_;
  Conditions conditions_;
  RuleMeter* meter_ = nullptr;
};

}  // namespace alarum::correlate
