#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "correlate/chain.h"
#include "correlate/window.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What an `absent` rule knows of one key. Runs on engine time.
struct Absence {
  Time last;            ///< when it was heard last, or when listening began
  bool firing = false;
};

class Memory;

/// One key of one rule. Owned by its Memory; `key` points to the map's own text.
struct Slot {
  Memory* memory = nullptr;
  const std::string* key = nullptr;
  Time due = Time::max();      ///< when it must be looked at
  Time queued = Time::max();   ///< its earliest entry in the queue
  std::uint8_t entries = 0;    ///< how many it has there
  bool dead = false;           ///< forgotten; it lies in its Memory's graveyard until the queue points to it no more
  std::variant<Window, Chain, Absence> state;
};

/// Slots by when they are due, ties by rule and key: what is due runs in the same order in every replay.
class Queue {
 public:
  void arm(Slot& slot, Time due);
  const Slot* next(Time& due) const;
  /// Takes the next entry out. nullptr: it had moved on, and stands in the queue anew, or is dead.
  Slot* pop();
  void clear() { heap_.clear(); }

 private:
  struct Entry {
    Time due;
    Slot* slot;
  };
  static bool later(const Entry& a, const Entry& b);
  std::vector<Entry> heap_;
};

/// All keys of one rule with memory, found in constant time.
class Memory {
 public:
  explicit Memory(const rules::Rule& rule) : rule_(&rule), name_(rule.alert), signature_(signature_of(rule)) {}

  /// nullptr when the rule has `max_keys` keys and this would be another.
  Slot* find_or_add(const std::string& key);
  Slot* find(const std::string& key);
  /// Forgets the key, at once: that a slot is gone must not depend on what of it is still queued.
  void erase(Slot& slot);
  void bury(Slot& slot) { graveyard_.erase(&slot); }
  /// The queue is empty.
  void bury_all() { graveyard_.clear(); }

  const rules::Rule& rule() const { return *rule_; }
  const std::string& name() const { return name_; }
  void rebind(const rules::Rule& rule) { rule_ = &rule; }
  /// What must be the same for a reload to keep the keys: how they are made and what they hold.
  const std::string& signature() const { return signature_; }
  static std::string signature_of(const rules::Rule& rule);

  std::unordered_map<std::string, Slot>& slots() { return slots_; }
  const std::unordered_map<std::string, Slot>& slots() const { return slots_; }

  // Of `absent`: how many were heard when, in sixteenths of the rule's span, and whether all are held to be silent together.
  std::map<std::int64_t, std::uint32_t> heard;
  bool silent = false;

 private:
  const rules::Rule* rule_;
  std::string name_, signature_;
  using Slots = std::unordered_map<std::string, Slot>;
  Slots slots_;
  std::unordered_map<const Slot*, Slots::node_type> graveyard_;
};

}  // namespace alarum::correlate
