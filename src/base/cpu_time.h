#pragma once
#include <time.h>

namespace alarum {

/// The CPU time that the calling thread has used so far, in seconds (CLOCK_THREAD_CPUTIME_ID). Only
/// differences of two calls on the same thread are of use. Benchmarks measure with it because,
/// unlike elapsed time, it does not count the time in which other programs had the processor. It
/// does not count time asleep, blocked, or waiting for a disk either. Cannot fail on Linux.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace alarum
