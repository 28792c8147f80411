#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace alarum::deliver {

/// Decides when the next heartbeat is due. At most one is in flight, identified by a number; after
/// `request_limit` it is taken for lost. Times are monotonic. No clock, one thread.
class Heartbeat {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// Sets a period and sends the first heartbeat at once. The end of one that is in flight is not
  /// waited for. `every` zero: no heartbeats.
  void reconfigure(Nanoseconds every, Nanoseconds request_limit, Nanoseconds now) {
    every_ = every, request_limit_ = request_limit, next_ = now, in_flight_ = 0;
  }
  /// Whether one must be sent now. If so, the next one is due a period later.
  bool take_due(Nanoseconds now) {
    if (in_flight_ && now - sent_at_ >= request_limit_) in_flight_ = 0;
    if (every_ <= Nanoseconds::zero() || in_flight_ || now < next_) return false;
    next_ = now + every_;
    return true;
  }
  /// When the next one is due if nothing happens before; nullopt: never.
  std::optional<Nanoseconds> due() const {
    if (every_ <= Nanoseconds::zero()) return std::nullopt;
    return in_flight_ ? std::max(next_, sent_at_ + request_limit_) : next_;
  }
  /// One is sent now. Returns its number, which is never 0 and never used twice.
  std::uint64_t sent(Nanoseconds now) {
    sent_at_ = now;
    return in_flight_ = ++last_number_;
  }
  /// The heartbeat with this number has ended, whatever came of it.
  void ended(std::uint64_t number) {
    if (number == in_flight_) in_flight_ = 0;
  }

 private:
  // Monotonic; next_: when the next one is due, sent_at_: when the newest one was sent.
  Nanoseconds every_{}, request_limit_{}, next_{}, sent_at_{};
  std::uint64_t in_flight_ = 0, last_number_ = 0;  ///< in_flight_ 0: none is in flight
};

}  // namespace alarum::deliver
