#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>

#include "base/time.h"

namespace alarum::deliver {

/// At most `count` requests in any stretch of `per`: what a vendor counts, and so what keeps us
/// from being shut out. Pure.
class Window {
 public:
  using Moment = std::chrono::nanoseconds;

  /// How many may go now.
  std::size_t room(std::size_t count, Duration per, Moment now) const {
    const auto used =
        static_cast<std::size_t>(sent_.end() - std::ranges::upper_bound(sent_, now - per));
    return count > used ? count - used : 0;
  }
  void note(Duration per, Moment now) {
    while (!sent_.empty() && sent_.front() <= now - per) sent_.pop_front();
    sent_.push_back(now);
  }
  /// How long until one may go, when room() is 0: until the oldest of the last `count` has left the
  /// stretch.
  Moment wait(std::size_t count, Duration per, Moment now) const {
    return sent_.size() < count ? Moment(0)
                                : std::max(Moment(0), sent_[sent_.size() - count] + per - now);
  }

 private:
  std::deque<Moment> sent_;  // ascending
};

}  // namespace alarum::deliver
