#pragma once
#include <time.h>

namespace alarum {

/// Seconds that this thread has computed: on a machine that does other work too, they say more than
/// the clock.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace alarum
