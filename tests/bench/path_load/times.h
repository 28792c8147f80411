#pragma once
#include <time.h>

#include <algorithm>
#include <vector>

namespace alarum::bench {

inline double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
inline double now() {
  return seconds(CLOCK_MONOTONIC);
}
/// Of this process, all threads.
inline double cpu() {
  return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/// The value that `share` of them do not pass; 0 where there are none. Sorts.
inline double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(values.size() - 1, at)];
}

}  // namespace alarum::bench
