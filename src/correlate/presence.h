#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "correlate/skyline.h"
#include "correlate/window.h"

namespace alarum::correlate {

/// The index of Distinct for keys with many matches. Each match makes its value present for one
/// `within`: from its time, inclusive, to that plus `within`, exclusive. The condition is true
/// wherever at least `threshold` values are present.
///
///     value a   x────x──────        A match extends the presence of its value, as far as no
///     value b        x──────        other match of it covers the time already: one rise and
///     height    1    2   1  0       one fall in the skyline, O(log n).
///
/// About 200 bytes a match. Owned by its Distinct, on the engine's thread.
class Presence {
 public:
  using Entry = Window::Entry;
  /// Builds the index of the matches. O(n log n).
  Presence(Duration within, const std::vector<Entry>& entries);

  /// Adds a match. False if it is there already. O(log n).
  bool add(const Entry& fresh);
  /// Forgets this match, and the ones of its value before and after it, as far as each lies between
  /// two matches of the value that are one `within` apart at most. The times in which the value is
  /// present stay the same. O(log n).
  void thin(const Entry& around);
  /// Forgets the oldest match; there must be one. O(log n).
  void drop_oldest() { drop(by_value_.find(*by_time_.begin())); }

  Duration within() const { return within_; }
  std::size_t size() const { return by_time_.size(); }
  const std::set<Entry>& by_time() const { return by_time_; }
  const Skyline& present() const { return present_; }

 private:
  // Orders matches by value, then time: neighbours are the matches of one value.
  struct ByValue {
    bool operator()(const Entry& a, const Entry& b) const {
      return a.id != b.id ? a.id < b.id : a.when < b.when;
    }
  };
  using Place = std::set<Entry, ByValue>::const_iterator;
  void cover(Place entry, std::int32_t rise);
  void drop(Place entry);
  bool spare(Place entry) const;

  Duration within_;
  std::set<Entry> by_time_;
  std::set<Entry, ByValue> by_value_;
  Skyline present_;  // how many values are present, over time
};

}  // namespace alarum::correlate
