#pragma once
#include <deque>

#include "correlate/key_state.h"

namespace alarum::correlate {

/// The keys of one rule by when they are due, ties by key: what is due runs in the same order in
/// every replay. A key that is due later than its entry says moves on when that entry is popped.
class KeyQueue {
 public:
  /// O(log n).
  void arm(KeyState& key, Time due);
  /// The key of the next entry, and when that is due; nullptr: there is none.
  const KeyState* next(Time& due) const;
  /// Takes the next entry out: its key, which may be dead; nullptr: the key had moved on, and has
  /// another entry now. O(log n).
  KeyState* pop();
  /// Some `most` entries are destroyed. True: all.
  bool drop_some(std::size_t most);

 private:
  struct Entry {
    Time due;
    KeyState* key;
  };
  static bool later(const Entry& a, const Entry& b);
  std::deque<Entry> heap_;  // not a vector: one that doubles copies all of them
};

}  // namespace alarum::correlate
