#include "correlate/last_seen.h"

namespace alarum::correlate {

Time LastSeen::counted(Time last) const {
  for (const auto& one : rearmed_) {
    if (last <= one.until) last = one.at;
  }
  return last;
}

void LastSeen::remove(Time last) {
  const auto found = bins_.find(bin(counted(last)));
  if (found != bins_.end() && --found->second == 0) bins_.erase(found);
}

void LastSeen::rearm(Time until, Time at) {
  const auto end = bins_.upper_bound(bin(until));
  std::uint32_t keys = 0;
  for (auto one = bins_.begin(); one != end; ++one) keys += one->second;
  bins_.erase(bins_.begin(), end);
  if (keys > 0) add(at, keys);
  const auto last = std::min(at, Time((bin(until) + 1) * bin_) - Duration(1));
  std::erase_if(rearmed_, [&](const Rearmed& one) { return one.at <= last; });
  rearmed_.push_back({last, at});
}

LastSeen::Share LastSeen::quiet(Time bound) const {
  Share share;
  for (const auto& [when, keys] : bins_) {
    share.all += keys;
    if (when <= bin(bound)) share.quiet += keys;
  }
  return share;
}

}  // namespace alarum::correlate
