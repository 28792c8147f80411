#include "correlate/count.h"

#include <algorithm>

namespace alarum::correlate {
namespace {

auto first_at(const std::vector<Window::Entry>& entries, Time when) {
  return std::partition_point(entries.begin(), entries.end(), [&](const Window::Entry& entry) { return entry.when < when; });
}

}  // namespace

bool Count::insert(const WindowTerms& terms, const Entry& fresh) {
  const bool last = entries_.empty() || entries_.back() < fresh;
  if (last && entries_.size() == entries_.capacity() && entries_.size() > 2 * terms.threshold + 64) compact(terms);
  const auto place = last ? entries_.end() : std::lower_bound(entries_.begin(), entries_.end(), fresh);
  if (place != entries_.end() && *place == fresh) return false;
  entries_.insert(place, fresh);
  return true;
}

// The newest `threshold` matches up to entry `at` all lie within the window that ends there.
bool Count::holds(const WindowTerms& terms, std::size_t at) const {
  return at + 1 >= terms.threshold && entries_[at + 1 - terms.threshold].when > entries_[at].when - terms.within;
}

// `threshold` matches within one `within` make the last of them true: neither loop passes more.
std::optional<Window::Span> Count::truth(const WindowTerms& terms, Time from, Time to) {
  auto first = static_cast<std::size_t>(first_at(entries_, from) - entries_.begin());
  const auto end = static_cast<std::size_t>(first_at(entries_, to) - entries_.begin());
  while (first < end && !holds(terms, first)) ++first;
  if (first >= end) return std::nullopt;
  auto last = end - 1;
  while (!holds(terms, last)) --last;
  return Span{entries_[first].when, entries_[last + 1 - terms.threshold].when + terms.within};
}

std::optional<Time> Count::next(Time from) const {
  const auto found = first_at(entries_, from);
  return found == entries_.end() ? std::nullopt : std::optional(found->when);
}

void Count::drop_until(Time until) { entries_.erase(entries_.begin(), first_at(entries_, until + Duration(1))); }

// Half of them at a time, so that each match pays for little.
void Count::prune(Time bound) {
  const auto old = first_at(entries_, bound + Duration(1));
  if (2 * (old - entries_.begin()) >= static_cast<std::ptrdiff_t>(entries_.size())) entries_.erase(entries_.begin(), old);
}

// A storm is as true with its first and its newest matches as with all of them.
void Count::compact(const WindowTerms& terms) {
  const auto from = firing_since().value_or(Time::max());
  const auto newest = entries_.size() - std::min<std::size_t>(terms.threshold, entries_.size());
  const auto early = static_cast<std::size_t>(std::partition_point(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.when <= from; }) - entries_.begin());
  if (early < newest) entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(early), entries_.begin() + static_cast<std::ptrdiff_t>(newest));
}

}  // namespace alarum::correlate
