#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "correlate/key_writer.h"
#include "correlate/rule_queue.h"
#include "rules/rule_set.h"

namespace alarum::correlate {

/// The conditions of the rules in force, with the keys that they remember: made when a generation
/// comes into force, found by the rule's number or name. Owned by the Correlator; lives on the
/// engine's thread.
class Conditions {
 public:
  /// These rules are in force from `now` on. Keys of rules that make the same keys as before
  /// (KeyedCondition::signature) stay; the rules of the generation before still exist.
  void apply(const rules::RuleSet& rules, Time now, Context& context);
  /// An event of the rule of that number; nothing where the rule has no condition over events.
  void take(model::Hit hit, Key& key, const Arrival& in, Context& context);
  /// The rule that has keys of its own; nullptr: there is none of that name.
  KeyedCondition* find(const std::string& rule) const;
  /// Of a rule that find() gave: its timers may be others now.
  void update(KeyedCondition& rule) { queue_.update(rule); }
  void listen_again(Time now);

  /// The next timer, ordered by (due, rule, key); nullopt when none is set.
  struct Due {
    Time at;
    std::string_view rule, key;
  };
  std::optional<Due> next() const;
  void run_next(Context& context);

  /// Keys remembered, by all rules together.
  std::size_t size() const;
  std::map<std::string, std::size_t> keys_by_rule() const;
  /// Destroys some `keys` of rules that are gone. True: none is left.
  bool drop_retired(std::size_t keys);

  /// The beginning of the checkpoint's part; the keys follow in parts, see KeyWriter. A checkpoint
  /// that is being made is given up.
  void begin_save(ByteWriter& out);
  /// True: the part is complete.
  bool save_some(std::size_t bytes, ByteWriter& out);
  /// Of a checkpoint whose engine state has that version. False: damaged. `others`: these are not
  /// the rules that it was saved under; what belongs to rules that are gone or remember something
  /// else is passed over.
  bool restore(const rules::RuleSet& rules, std::uint64_t version, ByteReader& in, bool others);

 private:
  // By name: a walk comes in the same order in every replay.
  using Keyed = std::map<std::string, std::unique_ptr<KeyedCondition>>;
  struct Numbered {
    Condition* condition = nullptr;
    KeyedCondition* keyed = nullptr;  // the same, where it has keys
  };
  struct Saved {
    KeyedCondition* rule = nullptr;  // nullptr: passed over
    rules::Condition condition{};
  };
  void number(const rules::RuleSet& rules);
  void retire(Keyed& rules, Time now, std::vector<Decision>& out);
  std::optional<Saved> load_rule(std::uint64_t version, ByteReader& in, bool others) const;

  Keyed keyed_;
  std::vector<std::unique_ptr<Condition>> plain_;
  std::vector<Numbered> by_number_;                       // as the generation numbers its rules
  std::vector<std::unique_ptr<KeyedCondition>> retired_;  // of rules that are gone
  RuleQueue queue_;
  std::unique_ptr<KeyWriter> saving_;
};

}  // namespace alarum::correlate
