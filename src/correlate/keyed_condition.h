#pragma once
#include <optional>
#include <string>
#include <vector>

#include "correlate/condition.h"
#include "correlate/key_table.h"
#include "correlate/last_seen.h"

namespace alarum::correlate {

/// What a rule remembers of a key, for people.
struct Look {
  struct Match {
    Time when;
    std::uint64_t id = 0;   ///< of the event; of `distinct` its value
    std::uint8_t step = 0;  ///< of a sequence
  };
  std::vector<Match> matches;        ///< of windows and sequences, by time
  std::optional<Time> firing_until;  ///< of windows
  std::optional<Time> last;          ///< of `absent`: when it was seen last
  std::optional<Time> due;           ///< of sequences and `absent`: when it is judged
};

/// A condition that remembers keys. This class has what all of them do with an event (expected
/// keys, ends of all parts of a key, `max_keys`, timers); what differs are the functions at its
/// end. Times of timers are engine time.
class KeyedCondition : public Condition {
 public:
  explicit KeyedCondition(const rules::Rule& rule);

  void take(model::Hit hit, Key& key, const Arrival& in, Context& context) final;
  /// Runs the timer that is due next.
  void run_next(Context& context);
  /// The rule is in force with these thresholds from `now` on; the one before still exists.
  void apply(const rules::Rule& rule, Time now, Context& context);
  /// The rule is gone: what is to be said of it as a whole.
  virtual void leave(Time, std::vector<Decision>&) const {}

  /// The alert of that key ended by something else than correlation.
  void forget(const std::string& key);
  /// Is the condition itself of that key true beyond `now`? Always, where it has no window.
  virtual bool holds(const KeyState&, Time) const { return true; }
  virtual Look look(const KeyState& key) const = 0;
  /// `absent`: nobody listened until `now`: what was absent is waited for again.
  virtual void listen_again(Time) {}
  /// `absent`: what annulled the absence of that key is over: it is waited for as if it had just
  /// been seen. Nothing where it is not annulled.
  virtual void wait_again(const std::string&, Time) {}

  const rules::Rule& rule() const { return *rule_; }
  const std::string& name() const { return name_; }
  /// What must be the same for a reload to keep the keys: how they are made and what they hold. It
  /// begins with the condition's number.
  const std::string& signature() const { return signature_; }
  static std::string signature_of(const rules::Rule& rule);
  KeyTable& keys() { return keys_; }
  const KeyTable& keys() const { return keys_; }

  /// The part of a checkpoint that belongs to the rule as a whole. Of `absent` alone it says
  /// anything.
  struct Whole {
    bool silent = false;
    std::vector<LastSeen::Rearmed> rearmed;
  };
  virtual Whole save_whole() const { return {}; }
  virtual void restore_whole(Whole) {}
  /// False: damaged.
  bool load_key(ByteReader& in);

 protected:
  /// A match or a step of the key.
  virtual void match(KeyState& key, model::Hit hit, const Key& named, const Arrival& in,
                     Context& context) = 0;
  /// An end of the key. True: it ended what fires.
  virtual bool end(KeyState& key, const Key& named, const Arrival& in, Context& context) = 0;
  /// Its time has come: when it must be looked at again. nullopt: the key is forgotten.
  virtual std::optional<Time> run(KeyState& key, Time now, Context& context) = 0;
  /// When it must be looked at if nothing more comes.
  virtual Time due_of(const KeyState& key) const = 0;
  /// Nothing of it matters any more: an event left it without anything.
  virtual bool is_spent(const KeyState&, Time) const { return false; }
  /// Other thresholds are in force than those of `before`.
  virtual void changed(const rules::Rule& before, Time now, Context& context) = 0;
  /// The key's alert ended by something else than correlation.
  virtual void alert_ended(KeyState&) {}
  /// A key came from a checkpoint.
  virtual void restored(const KeyState&) {}
  /// Up to when recoveries ended matches of the key.
  virtual Time cleared(const KeyState&) const { return Time::min(); }
  /// An end is remembered also of a key that had no match.
  virtual bool remembers_ends() const { return true; }
  /// Ends alerts of parts whose keys are forgotten. True: there were some.
  virtual bool end_forgotten_parts(const Key&, const Arrival&, Context&) { return false; }

  /// Sets its timer by due_of().
  void schedule(const KeyState& key) { keys_.arm(key, due_of(key)); }

 private:
  bool is_over(const Key& key, const Arrival& in) const;
  bool end_parts(const Key& key, const Arrival& in, Context& context);
  void settle(const KeyState& key, Time now);

  friend class RuleQueue;

  const rules::Rule* rule_;
  std::string name_, signature_;
  KeyTable keys_;
  Time queued_ = Time::max();  // when the RuleQueue has it due
};

}  // namespace alarum::correlate
