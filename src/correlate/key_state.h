#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "base/linear_table.h"
#include "correlate/count.h"
#include "correlate/distinct.h"
#include "correlate/sequence_state.h"
#include "rules/rule.h"

namespace alarum::correlate {

/// What an `absent` rule remembers of one key. Runs on engine time.
struct Absence {
  /// When it was seen last, or when listening began; what counts is LastSeen::counted() of it
  Time last = Time::min();
  bool firing = false;
  /// It was due while an alert of the rule's `unless` fired: it is waited for again when that ends
  bool annulled = false;

  bool waits() const { return !firing && !annulled; }
  void save(ByteWriter& out) const;
  void load(ByteReader& in);
};

/// What the condition of a rule remembers of one key.
using State = std::variant<Count, Distinct, SequenceState, Absence>;

/// What is a window of it, else nullptr.
inline const Window* window_of(const State& state) {
  if (const auto* count = std::get_if<Count>(&state)) return count;
  return std::get_if<Distinct>(&state);
}
inline Window* window_of(State& state) {
  return const_cast<Window*>(window_of(std::as_const(state)));
}

/// Of a new key of a rule with that condition.
State initial_state(rules::Condition condition);
void save(const State& state, ByteWriter& out);
void load(State& state, ByteReader& in);

/// One key of one rule. Owned by the rule's KeyTable, which keeps the private part.
class KeyState {
 public:
  KeyState(std::string text, State initial) : key(std::move(text)), state(std::move(initial)) {}

  const std::string key;
  State state;

  /// When it must be looked at; Time::max(): never.
  Time due() const { return due_; }

 private:
  friend class KeyTable;
  friend class KeyQueue;
  friend class LinearTable<KeyState>;

  Time due_ = Time::max();
  Time queued_ = Time::max();  // its earliest entry in the queue
  std::uint8_t entries_ = 0;   // how many it has there
  // Forgotten; it is among the table's retired keys until the queue points to it no more
  bool dead_ = false;
  bool mark_ = false;      // the table's, once it is in the checkpoint that is being made
  bool firing_ = false;    // it is among the table's firing() keys
  std::uint32_t hash = 0;  // the hash table's, as `next` is
  std::unique_ptr<KeyState> next;
};

}  // namespace alarum::correlate
