#pragma once
#include <optional>
#include <vector>

#include "correlate/condition.h"

namespace alarum::correlate {

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
