#pragma once
#include <algorithm>
#include <unordered_set>

#include "correlate/fault_recovery_matcher.h"
#include "correlate/stretches.h"
#include "correlate/window.h"

namespace alarum::correlate {

/// What `count` and `distinct` mean, as a definition: each step looks at everything. The real ones
/// are held against it.
class NaiveWindow {
 public:
  NaiveWindow(const rules::Rule& rule, bool distinct)
      : terms_(WindowTerms::of(rule)), distinct_(distinct) {}

  Outcome take(const Match& match) {
    if (is_cleared(match.when, match.now, cleared_)) return {};
    prune(match.now);
    const Window::Entry fresh{match.when, match.id};
    const auto place = std::lower_bound(entries_.begin(), entries_.end(), fresh);
    if (place != entries_.end() && *place == fresh) return {};
    if (place == entries_.end()) sender_ = match.sender;
    const auto at = static_cast<std::size_t>(place - entries_.begin());
    entries_.insert(place, fresh);
    touched_ = std::max(touched_, match.now);
    for (auto i = at; i < entries_.size() && entries_[i].when < match.when + terms_.within; ++i)
      look(i);
    return settle(match.now);
  }
  Outcome end(const Match& recovery) {
    if (!recover(recovery.when, recovery.sender)) return {};
    for (std::size_t i = 0; i < entries_.size(); ++i) look(i);
    auto outcome = settle(recovery.now);
    outcome.ended = true;
    return outcome;
  }
  std::optional<Time> drain(Time now) {
    auto* firing = live();
    if (!firing || firing->end > now) return std::nullopt;
    firing->live = false;
    return firing->end;
  }
  void retune(const rules::Rule& rule, Time now) {
    terms_ = WindowTerms::of(rule);
    auto* firing = live();
    if (!firing || entries_.empty()) return;
    const auto oldest = since(entries_.size() - 1);
    const auto end = oldest ? std::max(*oldest + 2 * terms_.within, now)
                            : std::min(firing->end, now + terms_.within);
    firing->end = std::max(firing->start, end);
  }
  void forget() {
    if (auto* firing = live()) firing->live = false;
  }
  std::optional<Time> due() {
    const auto* firing = live();
    return firing ? std::optional(firing->end) : std::nullopt;
  }
  Time idle() const {
    auto newest =
        std::max(touched_, entries_.empty() ? Time::min() : entries_.back().when) + terms_.within;
    if (!stretches_.empty()) newest = std::max(newest, stretches_.back().end);
    if (cleared_ != Time::min()) newest = std::max(newest, cleared_);
    return newest + kLateness;
  }
  const std::vector<Window::Entry>& entries() const { return entries_; }

 private:
  // The time of the oldest of the newest `threshold` matches (or values) up to entry `at`, when all
  // lie within the window that ends there.
  std::optional<Time> since(std::size_t at) const {
    if (terms_.apart > Duration::zero()) return since_apart(at);
    std::unordered_set<std::uint64_t> seen;
    for (auto i = at + 1; i-- > 0 && entries_[i].when > entries_[at].when - terms_.within;) {
      if (seen.insert(distinct_ ? entries_[i].id : i).second && seen.size() == terms_.threshold)
        return entries_[i].when;
    }
    return std::nullopt;
  }
  // Of the windows that end with entry `at`, the shortest with `threshold` matches of which no two
  // are as close as `apart`: counted from its first on, as the rule's text says it. Independent of
  // the real one, which searches from the newest back.
  std::optional<Time> since_apart(std::size_t at) const {
    for (auto from = at + 1;
         from-- > 0 && entries_[from].when > entries_[at].when - terms_.within;) {
      std::uint32_t counted = 0;
      std::optional<Time> last;
      for (auto i = from; i <= at; ++i) {
        if (last && entries_[i].when - *last <= terms_.apart) continue;
        last = entries_[i].when;
        ++counted;
      }
      if (counted >= terms_.threshold) return entries_[from].when;
    }
    return std::nullopt;
  }
  void look(std::size_t at) {
    if (const auto oldest = since(at)) join({entries_[at].when, *oldest + 2 * terms_.within});
  }
  void join(const Stretch& fresh) {
    auto whole = fresh;
    for (const auto& one : stretches_) {
      if (one.end < whole.start || whole.end < one.start) continue;
      whole = {std::min(whole.start, one.start), std::max(whole.end, one.end),
               whole.notified || one.notified, whole.live || one.live};
    }
    std::erase_if(stretches_, [&](const Stretch& one) {
      return one.start >= whole.start && one.end <= whole.end;
    });
    const auto place =
        std::lower_bound(stretches_.begin(), stretches_.end(), whole,
                         [](const Stretch& a, const Stretch& b) { return a.start < b.start; });
    stretches_.insert(place, whole);
  }
  Outcome settle(Time now) {
    Outcome outcome;
    outcome.counted = true;
    for (auto& one : stretches_) {
      const bool newest = &one == &stretches_.back();
      if (!newest && one.live) {
        one.live = false;
        outcome.drained = one.end;
      }
      if (one.end > now && newest) one.notified = one.live = true;
      if (!one.notified) {
        one.notified = true;
        outcome.over.push_back(one);
      }
    }
    if (const auto* firing = live()) outcome.firing_since = firing->start;
    return outcome;
  }
  bool recover(Time when, std::uint32_t sender) {
    const bool other = sender != sender_ && !entries_.empty();
    const auto reach =
        other ? std::max(when, std::min(when + kLateness, entries_.back().when)) : when;
    const auto* firing = live();
    const bool ends = firing && firing->start <= reach;
    const auto until = ends ? reach : when;
    cleared_ = std::max(cleared_, until);
    std::erase_if(entries_, [&](const Window::Entry& entry) { return entry.when <= until; });
    std::erase_if(stretches_,
                  [&](const Stretch& one) { return one.live ? ends : one.start <= until; });
    return ends;
  }
  Stretch* live() {
    const auto found = std::find_if(stretches_.begin(), stretches_.end(),
                                    [](const Stretch& one) { return one.live; });
    return found == stretches_.end() ? nullptr : &*found;
  }
  void prune(Time now) {
    if (entries_.empty()) return;
    const auto bound = std::min(now, entries_.back().when) - terms_.within - kLateness;
    const auto old =
        std::partition_point(entries_.begin(), entries_.end(),
                             [&](const Window::Entry& entry) { return entry.when <= bound; });
    if (2 * (old - entries_.begin()) >= static_cast<std::ptrdiff_t>(entries_.size()))
      entries_.erase(entries_.begin(), old);
    std::erase_if(stretches_, [&](const Stretch& one) { return !one.live && one.end < bound; });
  }

  WindowTerms terms_;
  bool distinct_;
  std::vector<Window::Entry> entries_;  // by time, then id
  std::vector<Stretch> stretches_;      // by start
  Time cleared_ = Time::min(), touched_ = Time::min();
  std::uint32_t sender_ = 0;
};

}  // namespace alarum::correlate
