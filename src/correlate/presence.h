#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "correlate/skyline.h"
#include "correlate/window.h"

namespace alarum::correlate {

/// The index of `distinct` for keys with many matches. Each match makes its value present for one
/// `within`, [when, when + within); the condition is true where at least `threshold` values are
/// present.
///
///     value a   x────x──────           a match extends the presence of its value, as far as no
///     other match of it covers the time value b        x──────           already: one rise and one
///     fall in the skyline, O(log n) height    1    2   1  0
///
/// About 200 bytes a match.
class Presence {
 public:
  using Entry = Window::Entry;
  Presence(Duration within, const std::vector<Entry>& entries);

  /// False: it is there already. O(log n).
  bool add(const Entry& fresh);
  /// Forgets the match and the one of its value before and after it, as far as each has another one
  /// of its value on either side, both within one `within`: when the value is present stays the
  /// same. O(log n).
  void thin(const Entry& around);
  /// O(log n).
  void drop_oldest() { drop(by_value_.find(*by_time_.begin())); }

  Duration within() const { return within_; }
  std::size_t size() const { return by_time_.size(); }
  const std::set<Entry>& by_time() const { return by_time_; }
  const Skyline& present() const { return present_; }

 private:
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
  Skyline present_;  // how many values are present
};

}  // namespace alarum::correlate
