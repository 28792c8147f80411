#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/linear_table.h"
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

/// One key of one rule. Owned by its Memory.
struct Slot {
  Slot(Memory& owner, std::string text) : memory(&owner), key(std::move(text)) {}

  Memory* const memory;
  const std::string key;
  Time due = Time::max();      ///< when it must be looked at
  Time queued = Time::max();   ///< its earliest entry in the queue
  std::uint8_t entries = 0;    ///< how many it has there
  bool dead = false;           ///< forgotten; it lies in its Memory's graveyard until the queue points to it no more
  bool mark = false;           ///< its Memory's, once it is in the checkpoint that is being made
  std::uint32_t hash = 0;      ///< the table's, as `next` is
  std::unique_ptr<Slot> next;
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
  std::deque<Entry> heap_;  // not a vector: one that doubles copies all of them
};

/// All keys of one rule with memory, found in constant time.
class Memory {
 public:
  explicit Memory(const rules::Rule& rule) : rule_(&rule), name_(rule.alert), signature_(signature_of(rule)) {}

  /// nullptr when the rule has `max_keys` keys and this would be another.
  Slot* find_or_add(const std::string& key);
  Slot* find(const std::string& key) { return slots_.find(key); }
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

  const LinearTable<Slot>& slots() const { return slots_; }

  /// What is remembered now is to be written: no key has been yet; those that come later need not be.
  void begin_save() { mark_ = !mark_; }
  bool is_saved(const Slot& slot) const { return slot.mark == mark_; }
  void set_saved(Slot& slot) const { slot.mark = mark_; }

  std::size_t number = 0;  ///< in checkpoints: its place among the correlator's

  // Of `absent`: how many were heard when, in sixteenths of the rule's span, and whether all are held to be silent together.
  std::map<std::int64_t, std::uint32_t> heard;
  bool silent = false;

 private:
  const rules::Rule* rule_;
  std::string name_, signature_;
  bool mark_ = false;
  LinearTable<Slot> slots_;
  std::map<const Slot*, std::unique_ptr<Slot>> graveyard_;
};

}  // namespace alarum::correlate
