#pragma once
#include <cstdint>
#include <random>

namespace alarum {

/// Where random numbers come from: ids, and the spread of back-offs. A value that is passed in, so
/// that a simulated life has the same ones each time.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  ///< all 64 bits
  /// In [0, 1).
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

/// The machine's own. Any thread.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    thread_local std::mt19937_64 numbers{(std::uint64_t{std::random_device{}()} << 32) |
                                         std::random_device{}()};
    return numbers();
  }
};

}  // namespace alarum
