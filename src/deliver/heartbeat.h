#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace alarum::deliver {

/// When the next heartbeat is due. One is in flight at a time, known by its number, and for no
/// longer than `request_limit`. Pure; one thread.
class Heartbeat {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// The first of the new terms is due at once; one in flight to where it went before is not waited
  /// for. `every` zero: none are sent.
  void reconfigure(Nanoseconds every, Nanoseconds request_limit, Nanoseconds now) {
    every_ = every, request_limit_ = request_limit, next_ = now, in_flight_ = 0;
  }
  /// Whether one is due now; the next is due a period later.
  bool take_due(Nanoseconds now) {
    if (in_flight_ && now - sent_at_ >= request_limit_) in_flight_ = 0;
    if (every_ <= Nanoseconds::zero() || in_flight_ || now < next_) return false;
    next_ = now + every_;
    return true;
  }
  /// When the next one is due, if nothing changes before; nullopt: never.
  std::optional<Nanoseconds> due() const {
    if (every_ <= Nanoseconds::zero()) return std::nullopt;
    return in_flight_ ? std::max(next_, sent_at_ + request_limit_) : next_;
  }
  /// The number of one that is sent now: never 0, never twice.
  std::uint64_t sent(Nanoseconds now) {
    sent_at_ = now;
    return in_flight_ = ++last_number_;
  }
  void ended(std::uint64_t number) {
    if (number == in_flight_) in_flight_ = 0;
  }

 private:
  Nanoseconds every_{}, request_limit_{}, next_{}, sent_at_{};
  std::uint64_t in_flight_ = 0, last_number_ = 0;  ///< in flight 0: none
};

}  // namespace alarum::deliver
