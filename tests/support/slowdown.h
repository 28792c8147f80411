#pragma once

namespace alarum::support {

/// About how many times slower a sanitizer makes this build; tests of one thread with many seeds or
/// inputs take so many times fewer, the plain build takes all.
#ifdef __SANITIZE_THREAD__
inline constexpr int kSlowdown = 10;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowdown = 4;
#else
inline constexpr int kSlowdown = 1;
#endif

}  // namespace alarum::support
