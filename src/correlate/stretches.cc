#include "correlate/stretches.h"

#include <algorithm>

namespace alarum::correlate {

std::size_t Stretches::join(const Stretch& fresh) {
  auto whole = fresh;
  const auto first = std::partition_point(
      all_.begin(), all_.end(), [&](const Stretch& one) { return one.end < whole.start; });
  auto last = first;
  for (; last != all_.end() && last->start <= whole.end; ++last) {
    whole = {std::min(whole.start, last->start), std::max(whole.end, last->end),
             whole.notified || last->notified, whole.live || last->live};
  }
  const auto place = first - all_.begin();
  if (first == last) {
    all_.insert(first, whole);
  } else {
    *first = whole;
    all_.erase(first + 1, last);
  }
  return static_cast<std::size_t>(place);
}

// What lies before the touched ones was settled before; but the one that was last may be so no
// more.
void Stretches::settle(std::size_t first, Time now, Outcome& outcome) {
  outcome.counted = true;
  for (auto i = std::min(first, all_.size() < 2 ? 0 : all_.size() - 2); i < all_.size(); ++i) {
    auto& one = all_[i];
    const bool newest = i + 1 == all_.size();
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
}

void Stretches::recover(Time until, bool ends) {
  std::erase_if(all_, [&](const Stretch& one) { return one.live ? ends : one.start <= until; });
}

void Stretches::prune(Time bound) {
  const auto old = std::partition_point(
      all_.begin(), all_.end(), [&](const Stretch& one) { return !one.live && one.end < bound; });
  if (2 * (old - all_.begin()) >= static_cast<std::ptrdiff_t>(all_.size()))
    all_.erase(all_.begin(), old);
}

void Stretches::save(ByteWriter& out) const {
  out.number(all_.size());
  for (const auto& one : all_) {
    out.time(one.start);
    out.time(one.end);
    out.number((one.notified ? 1U : 0U) + (one.live ? 2U : 0U));
  }
}

void Stretches::load(ByteReader& in) {
  all_.resize(in.count());
  for (auto& one : all_) {
    one.start = in.time();
    one.end = in.time();
    const auto flags = in.number();
    one.notified = flags & 1;
    one.live = flags & 2;
  }
}

}  // namespace alarum::correlate
