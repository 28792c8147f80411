#pragma once

namespace alarum::support {

/// About how many times slower a sanitizer makes this build. Tests with many seeds or inputs divide
/// their number by it, so that a build with a sanitizer takes about as long; the plain build runs
/// all.
#ifdef __SANITIZE_THREAD__
inline constexpr int kSlowdown = 10;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowdown = 4;
#else
inline constexpr int kSlowdown = 1;
#endif

}  // namespace alarum::support
