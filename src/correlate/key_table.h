#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/key_queue.h"

namespace alarum::correlate {

/// All keys of one rule, found in constant time, with the queue of their timers. Keys are handed
/// out as const: modify() is the only way to change one, and writes the key as it was into the
/// checkpoint that is being made, so that a checkpoint is of one moment.
///
///     find, find_or_add, parts, firing, pop ──> const KeyState ──modify()──> KeyState
///
/// Owned by the rule's condition; lives on the engine's thread. Times are engine time.
class KeyTable {
 public:
  /// `parts`: keys have several terms, and parts() is asked.
  KeyTable(rules::Condition condition, bool parts) : condition_(condition), with_parts_(parts) {}

  const KeyState* find(std::string_view key) const { return keys_.find(key); }
  /// nullptr when there are `max_keys` keys and this would be another.
  const KeyState* find_or_add(const std::string& key, std::size_t max_keys);
  KeyState& modify(const KeyState& key);
  /// Forgets the key, at once: that a key is gone must not depend on what of it is still queued.
  void erase(const KeyState& key);
  /// The keys of the parts of what this key names, in their order; none where keys have one term.
  /// O(log n), and for each.
  std::vector<const KeyState*> parts(const std::string& key) const;
  std::size_t size() const { return keys_.size(); }
  /// Each once, in an order of its own. `visit` must not add or erase.
  template <class Visit>
  void each(Visit visit) const {
    keys_.each([&](const KeyState& key) { visit(key); });
  }

  struct ByKey {
    using is_transparent = void;
    bool operator()(const KeyState* a, const KeyState* b) const { return a->key < b->key; }
    bool operator()(const KeyState* a, std::string_view b) const { return a->key < b; }
    bool operator()(std::string_view a, const KeyState* b) const { return a < b->key; }
  };
  using Sorted = std::set<const KeyState*, ByKey>;
  /// Keys of windows that fire, by key: a walk comes in the same order in every replay.
  const Sorted& firing() const { return firing_; }

  /// When the key must be looked at; Time::max(): never. To be called after each change.
  void arm(const KeyState& key, Time due);
  /// The next entry of the queue; nullopt: there is none.
  struct Due {
    Time at;
    std::string_view key;
  };
  std::optional<Due> next() const;
  /// The key of the queue's next entry, taken out of it; nullptr: it had moved on, or is forgotten.
  const KeyState* pop();

  /// What is in the table now belongs to the checkpoint, keys that come later do not. `number`: the
  /// rule's, in the checkpoint. `changing`: where modify() writes keys that are not in it yet; it
  /// outlives the writing of the table.
  void begin_save(std::size_t number, ByteWriter& changing);
  /// Writes the keys of that bucket that are not in the checkpoint yet. True: there are more
  /// buckets.
  bool save_bucket(std::size_t bucket, ByteWriter& out);
  /// One key, without its rule's number. nullptr: damaged.
  const KeyState* load_key(ByteReader& in, std::size_t max_keys);
  /// The same, of a rule that is gone.
  static void skip_key(rules::Condition condition, ByteReader& in);

  /// Some `most` keys are destroyed, of a rule that is gone. True: all are.
  bool drop_some(std::size_t most);

 private:
  // Keys are const for all others; those that are here are the table's own.
  static KeyState& own(const KeyState& key) { return const_cast<KeyState&>(key); }
  void set_firing(KeyState& key, bool firing);
  void save(KeyState& key, ByteWriter& out);

  rules::Condition condition_;
  bool with_parts_;
  LinearTable<KeyState> keys_;
  KeyQueue queue_;
  Sorted firing_, by_key_;  // by_key_: where keys have parts
  std::map<const KeyState*, std::unique_ptr<KeyState>> retired_;
  bool mark_ = false;  // of keys that are in the checkpoint, or need not be
  std::size_t number_ = 0;
  ByteWriter* changing_ = nullptr;
};

}  // namespace alarum::correlate
