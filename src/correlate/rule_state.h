#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/linear_table.h"
#include "correlate/count.h"
#include "correlate/distinct.h"
#include "correlate/sequence_state.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What an `absent` rule knows of one key. Runs on engine time.
struct Absence {
  /// When it was heard last, or when listening began; what counts is LastHeard::counted() of it
  Time last = Time::min();
  bool firing = false;
  /// It was due while an alert of the rule's `unless` fired: it is waited for anew when that ends
  bool annulled = false;

  bool waits() const { return !firing && !annulled; }
};

class RuleState;

/// One key of one rule. Owned by its RuleState.
struct KeyState {
  KeyState(RuleState& owner, std::string text) : memory(&owner), key(std::move(text)) {}

  RuleState* const memory;
  const std::string key;
  Time due = Time::max();     ///< when it must be looked at
  Time queued = Time::max();  ///< its earliest entry in the queue
  std::uint8_t entries = 0;   ///< how many it has there
  /// Forgotten; it lies in its RuleState's retired until the queue points to it no more
  bool dead = false;
  bool mark = false;       ///< its RuleState's, once it is in the checkpoint that is being made
  bool live = false;       ///< its window fires: it is among its RuleState's live()
  std::uint32_t hash = 0;  ///< the table's, as `next` is
  std::unique_ptr<KeyState> next;
  std::variant<Count, Distinct, SequenceState, Absence> state;

  /// Its condition where it is a window, else nullptr.
  Window* window() {
    if (auto* count = std::get_if<Count>(&state)) return count;
    return std::get_if<Distinct>(&state);
  }
  const Window* window() const { return const_cast<KeyState*>(this)->window(); }
};

/// The slots of one rule by when they are due, ties by key: what is due runs in the same order in
/// every replay.
class Queue {
 public:
  void arm(KeyState& slot, Time due);
  const KeyState* next(Time& due) const;
  /// Takes the next entry out: its slot, which may be dead; nullptr: it had moved on, and stands in
  /// the queue anew.
  KeyState* pop();
  /// Some `most` entries are gone. True: all.
  bool drop_some(std::size_t most);

 private:
  struct Entry {
    Time due;
    KeyState* slot;
  };
  static bool later(const Entry& a, const Entry& b);
  std::deque<Entry> heap_;  // not a vector: one that doubles copies all of them
};

/// When the keys of an `absent` rule were heard last, without a look at each. Where many are to be
/// waited for anew, they are not touched: all that were heard up to `until` count as heard at `at`.
class LastHeard {
 public:
  struct Anew {
    Time until, at;
  };

  explicit LastHeard(Duration span) : bin_(std::max<Duration>(Duration(1), span / kBins)) {}
  /// What counts as the time of a key that was heard at `last`.
  Time counted(Time last) const;
  void add(Time last, std::uint32_t keys = 1) { bins_[bin(last)] += keys; }
  void remove(Time last);
  /// All that were heard up to the end of the bin that `until` lies in are waited for from `at` on.
  void anew(Time until, Time at);
  /// How many keys there are, and how many of them were heard no later than in the bin of `bound`.
  struct Share {
    std::uint32_t quiet = 0, all = 0;
  };
  Share quiet(Time bound) const;

  const std::vector<Anew>& anews() const { return anews_; }
  void restore(std::vector<Anew> anews) { anews_ = std::move(anews); }

 private:
  static constexpr std::int64_t kBins = 16;  // of an `absent` span
  std::int64_t bin(Time time) const { return time.time_since_epoch().count() / bin_.count(); }

  Duration bin_;
  std::map<std::int64_t, std::uint32_t> bins_;
  std::vector<Anew> anews_;  // in the order in which they came; few
};

/// All keys of one rule with memory, found in constant time.
class RuleState {
 public:
  explicit RuleState(const rules::Rule& rule)
      : hearing(rule.absent), rule_(&rule), name_(rule.alert), signature_(signature_of(rule)) {}

  /// nullptr when the rule has `max_keys` keys and this would be another.
  KeyState* find_or_add(const std::string& key);
  KeyState* find(const std::string& key) { return slots_.find(key); }
  /// The keys of the parts of what this key names, in their order. Of rules whose `by` has one term
  /// only: none. O(log n), and for each.
  std::vector<KeyState*> parts(const std::string& key) const;
  /// Forgets the key, at once: that a slot is gone must not depend on what of it is still queued.
  void erase(KeyState& slot);
  /// The slot of the queue's next entry, taken out of it; nullptr: it had moved on, or is
  /// forgotten.
  KeyState* pop();
  void set_live(KeyState& slot, bool live);
  /// Some `most` keys are destroyed, of a rule that is gone. True: all are.
  bool drop_some(std::size_t most);

  const rules::Rule& rule() const { return *rule_; }
  const std::string& name() const { return name_; }
  void rebind(const rules::Rule& rule) { rule_ = &rule; }
  /// What must be the same for a reload to keep the keys: how they are made and what they hold.
  const std::string& signature() const { return signature_; }
  static std::string signature_of(const rules::Rule& rule);

  const LinearTable<KeyState>& slots() const { return slots_; }
  /// By key: a walk comes in the same order in every replay
  const auto& live() const { return live_; }

  /// What is remembered now is to be written: no key has been yet; those that come later need not
  /// be.
  void begin_save() { mark_ = !mark_; }
  bool is_saved(const KeyState& slot) const { return slot.mark == mark_; }
  void set_saved(KeyState& slot) const { slot.mark = mark_; }

  /// In the checkpoint that is being made: its place among the correlator's
  std::size_t number = 0;
  Queue queue;
  Time front = Time::max();  ///< when the queue's next entry is due, as the correlator last saw it
  LastHeard hearing;         ///< of `absent`
  bool silent = false;       ///< all are held to be silent together

 private:
  const rules::Rule* rule_;
  std::string name_, signature_;
  bool mark_ = false;
  LinearTable<KeyState> slots_;
  struct ByKey {
    using is_transparent = void;
    bool operator()(const KeyState* a, const KeyState* b) const { return a->key < b->key; }
    bool operator()(const KeyState* a, std::string_view b) const { return a->key < b; }
    bool operator()(std::string_view a, const KeyState* b) const { return a < b->key; }
  };
  std::set<KeyState*, ByKey> live_;
  std::set<KeyState*, ByKey> by_key_;  // where `by` has several terms
  std::map<const KeyState*, std::unique_ptr<KeyState>> retired_;
};

}  // namespace alarum::correlate
