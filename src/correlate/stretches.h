#pragma once
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace alarum::correlate {

/// A condition was true from `start` on; one `within` after it became false, at `end`, the stretch
/// is over.
struct Stretch {
  Time start, end;
  bool notified = false;  ///< it fired
  bool live = false;      ///< and has not ended
};

/// What a match or a recovery led to.
struct Outcome {
  /// False: seen before, too old, or ended already by a recovery
  bool counted = false;
  bool ended = false;  ///< of a recovery: it ended the firing stretch
  /// The stretch that was firing ended then, before a new one began
  std::optional<Time> drained;
  /// New ones that lie wholly in the past: never notified, and over
  std::vector<Stretch> over;
  std::optional<Time> firing_since;  ///< a stretch is firing: its start
};

/// The stretches of one key, by start; no two touch. Only the last one can be live. At most one for
/// each two `within` of the time that is looked back on (Window); a step costs O(log n), or O(those
/// that it joins).
class Stretches {
 public:
  /// Adds it; those that touch become one. Its place, for settle().
  std::size_t join(const Stretch& fresh);
  /// After joins at or behind `first` (none: SIZE_MAX): what is new for engine time `now`.
  void settle(std::size_t first, Time now, Outcome& outcome);
  /// Forgets those that begin no later than `until`, the live one only if it `ends`.
  void recover(Time until, bool ends);
  /// Forgets those that were over before `bound`, when they are half of all: each step pays for
  /// little.
  void prune(Time bound);

  Stretch* live() { return all_.empty() || !all_.back().live ? nullptr : &all_.back(); }
  const Stretch* live() const { return const_cast<Stretches*>(this)->live(); }
  bool empty() const { return all_.empty(); }
  Time last_end() const { return all_.back().end; }

  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  std::vector<Stretch> all_;
};

}  // namespace alarum::correlate
