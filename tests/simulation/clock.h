#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"

namespace alarum::simulation {

/// The simulated machine's clock; only the scheduler moves it. The wall clock is the monotonic one
/// plus an offset, which an operator or NTP may step in both directions.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Time wall) : offset_(wall) {}
  Time wall() override { return offset_ + std::chrono::duration_cast<Duration>(now_); }
  std::chrono::nanoseconds monotonic() override { return kBoot + now_; }

  void advance(std::chrono::nanoseconds by) { now_ += by; }
  void step_wall(Duration by) { offset_ += by, stepped_ += by; }
  /// Time since the life began; steps do not change it.
  std::chrono::nanoseconds age() const { return now_; }
  /// What the wall clock would show if it had never been stepped.
  Time true_time() const { return offset_ - stepped_ + std::chrono::duration_cast<Duration>(now_); }
  /// The sum of all steps.
  Duration stepped() const { return stepped_; }

 private:
  // How long the machine has been running when a life begins
  static constexpr std::chrono::nanoseconds kBoot = std::chrono::hours(1);
  Time offset_;
  Duration stepped_{};
  std::chrono::nanoseconds now_{};
};

/// A random stream (SplitMix64). It gives the same numbers on every machine, which the
/// distributions of <random> do not promise; so a seed is a complete bug report.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override { return mixed(state_ += 0x9E3779B97F4A7C15ULL); }

  /// In [0, n); n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(double p) { return share() < p; }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  /// The seed of a separate stream for one purpose. Draws from it do not change the numbers of any
  /// other stream.
  static std::uint64_t derived(std::uint64_t seed, std::string_view purpose,
                               std::uint64_t index = 0) {
    std::uint64_t hash = seed ^ 0xCBF29CE484222325ULL;
    for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return mixed(hash + index * 0x9E3779B97F4A7C15ULL);
  }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

/// The clock that the bridge reads. On a real machine a thread may lose the processor at any point.
/// Therefore time passes at some of its readings within a turn, so that turns which are limited by
/// the clock end in the middle of their work.
class InterruptedClock final : public Clock {
 public:
  /// `share`: at which share of the readings.
  InterruptedClock(SimulatedClock& clock, double share, std::uint64_t seed)
      : clock_(clock), share_(share), random_(seed) {}
  Time wall() override { return clock_.wall(); }
  std::chrono::nanoseconds monotonic() override {
    // Mostly a time slice; now and then much else has to run first.
    if (in_turn_ && share_ > 0 && random_.chance(share_))
      clock_.advance(std::chrono::microseconds(
          random_.chance(0.8) ? random_.between(50, 8000) : random_.between(8000, 3'000'000)));
    return clock_.monotonic();
  }
  /// Time passes only while a part of the bridge has its turn.
  void set_in_turn(bool in_turn) { in_turn_ = in_turn; }

 private:
  SimulatedClock& clock_;
  const double share_;
  SeededRandom random_;
  bool in_turn_ = false;
};

}  // namespace alarum::simulation
