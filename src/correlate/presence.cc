#include "correlate/presence.h"

#include <algorithm>
#include <iterator>

namespace alarum::correlate {

Presence::Presence(Duration within, const std::vector<Entry>& entries) : within_(within) {
  for (const auto& entry : entries) add(entry);
}

bool Presence::add(const Entry& fresh) {
  const auto [place, added] = by_value_.insert(fresh);
  if (!added) return false;
  by_time_.insert(fresh);
  cover(place, 1);
  return true;
}

// The time in which its value is present because of this match alone.
void Presence::cover(Place entry, std::int32_t rise) {
  auto from = entry->when, to = entry->when + within_;
  if (entry != by_value_.begin() && std::prev(entry)->id == entry->id)
    from = std::max(from, std::prev(entry)->when + within_);
  const auto next = std::next(entry);
  if (next != by_value_.end() && next->id == entry->id) to = std::min(to, next->when);
  if (from >= to) return;
  present_.add(from, rise);
  present_.add(to, -rise);
}

void Presence::drop(Place entry) {
  cover(entry, -1);
  by_time_.erase(*entry);
  by_value_.erase(entry);
}

bool Presence::spare(Place entry) const {
  if (entry == by_value_.begin() || std::next(entry) == by_value_.end()) return false;
  const auto before = std::prev(entry), after = std::next(entry);
  return before->id == entry->id && after->id == entry->id && after->when - before->when <= within_;
}

void Presence::thin(const Entry& around) {
  const auto middle = by_value_.find(around);
  const auto before = middle == by_value_.begin() ? middle : std::prev(middle);
  const auto after = std::next(middle);
  if (after != by_value_.end() && spare(after)) drop(after);
  if (before != middle && spare(before)) drop(before);
  if (spare(middle)) drop(middle);
}

}  // namespace alarum::correlate
