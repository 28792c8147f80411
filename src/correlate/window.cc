#include "correlate/window.h"

#include <algorithm>
#include <unordered_set>

#include "correlate/pairing.h"

namespace alarum::correlate {

// The time of the oldest of the newest `threshold` matches (or values) up to entry `at`, when all lie within the window that ends there.
std::optional<Time> Window::since(const WindowTerms& terms, std::size_t at) const {
  const auto begins = entries_[at].when - terms.within;
  if (!terms.distinct) {
    if (at + 1 < terms.threshold) return std::nullopt;
    const auto oldest = entries_[at + 1 - terms.threshold].when;
    return oldest > begins ? std::optional(oldest) : std::nullopt;
  }
  std::unordered_set<std::uint64_t> values;
  for (auto i = at + 1; i-- > 0 && entries_[i].when > begins;) {
    if (values.insert(entries_[i].id).second && values.size() == terms.threshold) return entries_[i].when;
  }
  return std::nullopt;
}

Window::Outcome Window::add(const WindowTerms& terms, Time when, std::uint64_t id, std::uint32_t sender, Time now) {
  if (when <= cleared_) return {};
  prune(terms, now);
  const Entry fresh{when, id};
  const auto later = [](const Entry& a, const Entry& b) { return a.when != b.when ? a.when < b.when : a.id < b.id; };
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), fresh, later);
  if (place != entries_.end() && place->when == when && place->id == id) return {};
  auto at = static_cast<std::size_t>(place - entries_.begin());
  if (at == entries_.size()) sender_ = sender;
  if (entries_.size() == entries_.capacity() && entries_.size() > 2 * terms.threshold + 64 && at == entries_.size()) {
    compact(terms);
    at = entries_.size();
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), fresh);
  touched_ = std::max(touched_, now);
  for (auto i = at; i < entries_.size() && entries_[i].when < when + terms.within; ++i) {
    if (const auto oldest = since(terms, i)) join({entries_[i].when, *oldest + 2 * terms.within});
  }
  return settle(now);
}

void Window::join(const Stretch& fresh) {
  auto whole = fresh;
  for (const auto& one : stretches_) {
    if (one.end < whole.start || whole.end < one.start) continue;
    whole = {std::min(whole.start, one.start), std::max(whole.end, one.end), whole.told || one.told, whole.live || one.live};
  }
  std::erase_if(stretches_, [&](const Stretch& one) { return one.start >= whole.start && one.end <= whole.end; });
  const auto place = std::lower_bound(stretches_.begin(), stretches_.end(), whole, [](const Stretch& a, const Stretch& b) { return a.start < b.start; });
  stretches_.insert(place, whole);
}

Window::Outcome Window::settle(Time now) {
  Outcome outcome;
  outcome.counted = true;
  for (auto& one : stretches_) {
    const bool newest = &one == &stretches_.back();
    if (!newest && one.live) {
      one.live = false;
      outcome.drained = one.end;
    }
    if (one.end > now && newest) one.told = one.live = true;
    if (!one.told) {
      one.told = true;
      outcome.over.push_back(one);
    }
  }
  if (const auto* firing = live()) outcome.firing_since = firing->start;
  return outcome;
}

bool Window::recover(Time when, std::uint32_t sender) {
  const bool other = sender != sender_ && !entries_.empty();
  const auto reach = other ? std::max(when, std::min(when + kLateness, entries_.back().when)) : when;
  const auto* firing = live();
  const bool ends = firing && firing->start <= reach;
  const auto until = ends ? reach : when;
  cleared_ = std::max(cleared_, until);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.when <= until; });
  std::erase_if(stretches_, [&](const Stretch& one) { return one.live ? ends : one.start <= until; });
  return ends;
}

Window::Outcome Window::revive(const WindowTerms& terms, Time now) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (const auto oldest = since(terms, i)) join({entries_[i].when, *oldest + 2 * terms.within});
  }
  return settle(now);
}

std::optional<Time> Window::drain(Time now) {
  auto* firing = live();
  if (!firing || firing->end > now) return std::nullopt;
  firing->live = false;
  return firing->end;
}

void Window::retune(const WindowTerms& terms, Time now) {
  auto* firing = live();
  if (!firing || entries_.empty()) return;
  const auto oldest = since(terms, entries_.size() - 1);
  firing->end = oldest ? std::max({firing->start, *oldest + 2 * terms.within, now}) : std::min(firing->end, now + terms.within);
}

void Window::forget() {
  for (auto& one : stretches_) one.live = false;
}

Window::Stretch* Window::live() {
  const auto found = std::find_if(stretches_.begin(), stretches_.end(), [](const Stretch& one) { return one.live; });
  return found == stretches_.end() ? nullptr : &*found;
}
const Window::Stretch* Window::live() const { return const_cast<Window*>(this)->live(); }

std::optional<Time> Window::due() const {
  const auto* firing = live();
  return firing ? std::optional(firing->end) : std::nullopt;
}

std::optional<Time> Window::true_until(const WindowTerms& terms) const {
  const auto* firing = live();
  return firing ? std::optional(firing->end - terms.within) : std::nullopt;
}

Time Window::idle(const WindowTerms& terms) const {
  auto newest = std::max(touched_, entries_.empty() ? Time::min() : entries_.back().when) + terms.within;
  if (!stretches_.empty()) newest = std::max(newest, stretches_.back().end);
  if (cleared_ != Time::min()) newest = std::max(newest, cleared_);
  return newest + kLateness;
}

// What no late match can reach any more. Half of it at a time, so that each match pays for little.
void Window::prune(const WindowTerms& terms, Time now) {
  if (entries_.empty()) return;
  const auto bound = std::min(now, entries_.back().when) - terms.within - kLateness;
  const auto old = std::partition_point(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.when <= bound; });
  if (2 * (old - entries_.begin()) >= static_cast<std::ptrdiff_t>(entries_.size())) entries_.erase(entries_.begin(), old);
  std::erase_if(stretches_, [&](const Stretch& one) { return !one.live && one.end < bound; });
}

// A storm is as true with its first and its newest matches as with all of them.
void Window::compact(const WindowTerms& terms) {
  const auto* firing = live();
  const auto from = firing ? firing->start : Time::max();
  std::unordered_set<std::uint64_t> newer;
  std::vector<Entry> kept;
  for (auto i = entries_.size(); i-- > 0;) {
    const bool newest = terms.distinct ? newer.insert(entries_[i].id).second : entries_.size() - i <= terms.threshold;
    if (newest || entries_[i].when <= from) kept.push_back(entries_[i]);
  }
  if (terms.distinct && !firing) return;
  std::reverse(kept.begin(), kept.end());
  entries_ = std::move(kept);
}

void Window::save(ByteWriter& out) const {
  out.time(cleared_);
  out.time(touched_);
  out.number(sender_);
  out.number(entries_.size());
  for (const auto& entry : entries_) {
    out.time(entry.when);
    out.number(entry.id);
  }
  out.number(stretches_.size());
  for (const auto& one : stretches_) {
    out.time(one.start);
    out.time(one.end);
    out.number((one.told ? 1U : 0U) + (one.live ? 2U : 0U));
  }
}

Window Window::load(ByteReader& in) {
  Window window;
  window.cleared_ = in.time();
  window.touched_ = in.time();
  window.sender_ = static_cast<std::uint32_t>(in.number());
  window.entries_.resize(in.count());
  for (auto& entry : window.entries_) {
    entry.when = in.time();
    entry.id = in.number();
  }
  window.stretches_.resize(in.count());
  for (auto& one : window.stretches_) {
    one.start = in.time();
    one.end = in.time();
    const auto flags = in.number();
    one.told = flags & 1;
    one.live = flags & 2;
  }
  return window;
}

}  // namespace alarum::correlate
