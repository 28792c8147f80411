#pragma once
#include <cstdint>
#include <random>

namespace alarum {

/// A source of random numbers for ids and for the jitter of back-offs. It is passed to whoever
/// needs it as a reference and not taken from a global, so that a simulated run gets the same
/// numbers each time. The numbers are not for secrets. An implementation may be used on the threads
/// that its own comment names.
class Random {
 public:
  virtual ~Random() = default;
  /// The next number; all 64 bits are random.
  virtual std::uint64_t next() = 0;
  /// A number of the same sequence in [0, 1), with 53 random bits.
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
};

/// The machine's own: a Mersenne Twister for each thread, seeded by std::random_device
/// (getrandom(2)). Any thread.
class SystemRandom final : public Random {
 public:
  std::uint64_t next() override {
    thread_local std::mt19937_64 numbers{(std::uint64_t{std::random_device{}()} << 32) |
                                         std::random_device{}()};
    return numbers();
  }
};

}  // namespace alarum
