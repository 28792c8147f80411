#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>

#include "tests/simulation/clock.h"

namespace alarum::simulation {

/// What happens in a life, one line for each thing, for people. Lines have the simulated time, and
/// nothing that differs between two runs (addresses, orders of hash tables, the real time), so the
/// same seed gives the same lines. When it is off, it costs nothing.
class Trace {
 public:
  /// `last`: only the newest lines are stored. `print`: all lines are also printed. In both cases
  /// hash() covers all of them.
  enum class Kind { off, last, print };
  explicit Trace(Kind kind) : kind_(kind) {}
  bool on() const { return kind_ != Kind::off; }

  template <class... Args>
  void say(SimulatedClock& clock, fmt::format_string<Args...> format, Args&&... args) {
    if (on()) put(clock, fmt::format(format, std::forward<Args>(args)...));
  }
  /// FNV-1a over all lines: two runs of a seed must agree.
  std::uint64_t hash() const { return hash_; }
  const std::deque<std::string>& last() const { return last_; }

 private:
  void put(SimulatedClock& clock, std::string text) {
    for (auto& c : text) c = c == '\n' ? ' ' : c;
    if (text.size() > kLongest) text.resize(kLongest);
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(clock.age()).count();
    auto line = fmt::format("{:5}.{:06} {}", us / 1'000'000, us % 1'000'000, text);
    for (const char c : line) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    if (kind_ == Kind::print) std::puts(line.c_str());
    last_.push_back(std::move(line));
    if (last_.size() > kLast) last_.pop_front();
  }
  static constexpr std::size_t kLast = 60, kLongest = 400;

  const Kind kind_;
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
  std::deque<std::string> last_;
};

}  // namespace alarum::simulation
