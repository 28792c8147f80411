#pragma once
#include <chrono>
#include <optional>

namespace alarum::ingest {

/// Computes how long to wait before connecting again: it doubles with every failure in a row, up to
/// a minute, and up to half of it is taken away at random, so that many daemons do not come back at
/// once. Pure.
class Reconnect {
 public:
  using Span = std::chrono::milliseconds;
  /// A connection that lasted this long counts as a success, even if nothing came
  static constexpr Span kStood{10'000};
  /// The first wait; the longest one; the longest that the other side may ask for
  static constexpr Span kFirst{1000}, kMost{60'000}, kMostAsked{300'000};

  /// The other side asks for this wait at least, from now on (`retry` of an event stream). At least
  /// 100 ms and at most kMostAsked count.
  void base(Span span) { base_ = std::min(std::max(span, Span(100)), kMostAsked); }
  /// The connection was good: the next wait is a short one.
  void succeeded() { failures_ = 0; }
  /// The connection was closed properly after `span`.
  void stood(Span span) {
    if (span >= kStood) succeeded();
  }
  /// The wait before the next attempt; counts a failure. `chance`: from 0 to 1 (Random::share()).
  /// `asked`: Retry-After, which makes the wait longer, never shorter.
  Span wait(double chance, std::optional<Span> asked = std::nullopt) {
    const auto full = std::max(base_, std::min(base_ * (1 << std::min(failures_, 10)), kMost));
    ++failures_;
    const auto span = full / 2 + std::chrono::duration_cast<Span>(full * chance / 2);
    return asked ? std::max(span, std::min(*asked, kMostAsked)) : span;
  }
  /// Calls of wait() since the last success.
  int failures() const { return failures_; }

 private:
  Span base_ = kFirst;
  int failures_ = 0;
};

}  // namespace alarum::ingest
