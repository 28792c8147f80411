#pragma once
#include <chrono>
#include <optional>

namespace alarum::ingest {

/// How long to wait before asking again: doubled with every failure in a row, a random part of it
/// taken away, so that a fleet does not come back as one. Pure.
class Reconnect {
 public:
  using Span = std::chrono::milliseconds;
  /// A connection that stood so long was a good one, though nothing came
  static constexpr Span kStood{10'000};
  static constexpr Span kFirst{1000}, kMost{60'000}, kMostAsked{300'000};

  /// The other side wants this much at least, from now on (`retry` of an event stream).
  void base(Span span) { base_ = std::min(std::max(span, Span(100)), kMostAsked); }
  /// It went well: the next wait is a short one.
  void succeeded() { failures_ = 0; }
  /// It ended after so long, in order.
  void stood(Span span) {
    if (span >= kStood) succeeded();
  }
  /// It did not, or ended. `asked`: Retry-After. `chance`: Random::share().
  Span wait(double chance, std::optional<Span> asked = std::nullopt) {
    const auto full = std::max(base_, std::min(base_ * (1 << std::min(failures_, 10)), kMost));
    ++failures_;
    const auto span = full / 2 + std::chrono::duration_cast<Span>(full * chance / 2);
    return asked ? std::max(span, std::min(*asked, kMostAsked)) : span;
  }
  int failures() const { return failures_; }

 private:
  Span base_ = kFirst;
  int failures_ = 0;
};

}  // namespace alarum::ingest
