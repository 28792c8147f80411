#include "correlate/count.h"

#include <algorithm>

namespace alarum::correlate {
namespace {

auto first_at(const std::vector<Window::Entry>& entries, Time when) {
  return std::partition_point(entries.begin(), entries.end(),
                              [&](const Window::Entry& entry) { return entry.when < when; });
}

constexpr std::uint32_t kCells = 16;  // in one `apart`, which is 1 ms at least

std::size_t plenty(const WindowTerms& terms) {
  return terms.apart == Duration::zero() ? std::size_t{2} * terms.threshold + 64
                                         : std::size_t{2} * kCells * terms.threshold + 256;
}

}  // namespace

// Where there are plenty, what lies between the first and the last of its cell is not stored.
bool Count::insert_apart(const WindowTerms& terms, const Entry& fresh) {
  const auto width = terms.apart / kCells;
  const Time begin(fresh.when.time_since_epoch() / width * width);
  const auto first = first_at(entries_, begin), end = first_at(entries_, begin + width);
  const auto place = std::lower_bound(first, end, fresh);
  if (place != end && *place == fresh) return false;
  if (end - first < 2 || entries_.size() < plenty(terms)) {
    entries_.insert(place, fresh);
  } else if (place == first || place == end) {
    entries_[static_cast<std::size_t>((place == first ? first : end - 1) - entries_.begin())] =
        fresh;
  }
  return true;
}

bool Count::insert(const WindowTerms& terms, const Entry& fresh) {
  const bool last = entries_.empty() || entries_.back() < fresh;
  if (last && entries_.size() == entries_.capacity() && entries_.size() > plenty(terms))
    compact(terms);
  if (terms.apart > Duration::zero()) return insert_apart(terms, fresh);
  const auto place =
      last ? entries_.end() : std::lower_bound(entries_.begin(), entries_.end(), fresh);
  if (place != entries_.end() && *place == fresh) return false;
  entries_.insert(place, fresh);
  return true;
}

// The oldest of the newest `threshold` matches up to entry `at`, where all lie within the window
// that ends there.
std::optional<std::size_t> Count::oldest_of(const WindowTerms& terms, std::size_t at) const {
  auto oldest = at;
  if (terms.apart == Duration::zero()) {
    if (at + 1 < terms.threshold) return std::nullopt;
    oldest = at + 1 - terms.threshold;
  } else {
    for (std::uint32_t n = 1; n < terms.threshold; ++n) {
      const auto next = static_cast<std::size_t>(
          first_at(entries_, entries_[oldest].when - terms.apart) - entries_.begin());
      if (next == 0) return std::nullopt;
      oldest = next - 1;
    }
  }
  return entries_[oldest].when > entries_[at].when - terms.within ? std::optional(oldest)
                                                                  : std::nullopt;
}

// `threshold` matches within one `within` make the last of them true: neither loop passes more
// (with `apart` more than that many cells).
std::optional<Window::Span> Count::truth(const WindowTerms& terms, Time from, Time to) {
  auto first = static_cast<std::size_t>(first_at(entries_, from) - entries_.begin());
  const auto end = static_cast<std::size_t>(first_at(entries_, to) - entries_.begin());
  while (first < end && !oldest_of(terms, first)) ++first;
  if (first >= end) return std::nullopt;
  auto last = end - 1;
  while (!oldest_of(terms, last)) --last;
  return Span{entries_[first].when, entries_[*oldest_of(terms, last)].when + terms.within};
}

std::optional<Time> Count::next(Time from) const {
  const auto found = first_at(entries_, from);
  return found == entries_.end() ? std::nullopt : std::optional(found->when);
}

void Count::drop_until(Time until) {
  entries_.erase(entries_.begin(), first_at(entries_, until + Duration(1)));
}

// Half of them at a time, so that each match pays for little.
void Count::prune(Time bound) {
  const auto old = first_at(entries_, bound + Duration(1));
  if (2 * (old - entries_.begin()) >= static_cast<std::ptrdiff_t>(entries_.size()))
    entries_.erase(entries_.begin(), old);
}

// A storm is as true with its first and its newest matches as with all of them.
void Count::compact(const WindowTerms& terms) {
  const auto from = firing_since().value_or(Time::max());
  if (entries_.empty()) return;
  const auto counted = oldest_of(terms, entries_.size() - 1);
  if (terms.apart > Duration::zero() && !counted) return;
  const auto newest =
      terms.apart > Duration::zero()
          ? *counted
          : entries_.size() - std::min<std::size_t>(terms.threshold, entries_.size());
  const auto early = static_cast<std::size_t>(
      std::partition_point(entries_.begin(), entries_.end(),
                           [&](const Entry& entry) { return entry.when <= from; }) -
      entries_.begin());
  if (early < newest)
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(early),
                   entries_.begin() + static_cast<std::ptrdiff_t>(newest));
}

}  // namespace alarum::correlate
