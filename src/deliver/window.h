#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>

#include "base/time.h"

namespace alarum::deliver {

/// A sliding window for rate limits: at most `count` requests in any period of length `per`, which
/// is how vendors count before they block a sender. Times are monotonic. Memory: one time for each
/// request within the period. No clock, one thread.
class Window {
 public:
  using Moment = std::chrono::nanoseconds;

  /// How many requests may be sent now.
  std::size_t room(std::size_t count, Duration per, Moment now) const {
    const auto used =
        static_cast<std::size_t>(sent_.end() - std::ranges::upper_bound(sent_, now - per));
    return count > used ? count - used : 0;
  }
  /// A request is sent now.
  void note(Duration per, Moment now) {
    while (!sent_.empty() && sent_.front() <= now - per) sent_.pop_front();
    sent_.push_back(now);
  }
  /// How long until the next request may be sent if room() is 0: until the oldest of the last
  /// `count` leaves the window.
  Moment wait(std::size_t count, Duration per, Moment now) const {
    return sent_.size() < count ? Moment(0)
                                : std::max(Moment(0), sent_[sent_.size() - count] + per - now);
  }

 private:
  std::deque<Moment> sent_;  // when requests were sent, ascending; those within the period
};

}  // namespace alarum::deliver
