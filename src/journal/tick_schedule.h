#pragma once
#include <algorithm>

#include "base/time.h"

namespace alarum::journal {

/// When the writer has to write a tick, so that the engine's timers run when they are due although
/// nothing else arrives. All times are engine time. The writer's; no clock. While timers are due
/// one behind the other, ticks are kSpacing apart: that bounds what they cost (a sync each) and how
/// late a timer is.
class TickSchedule {
 public:
  static constexpr Duration kSpacing = std::chrono::milliseconds(100);
  static constexpr Duration kAgain = std::chrono::seconds(1);

  /// A record of any kind was written: the engine runs what is due by then.
  void recorded(Time at) { last_record_ = std::max(last_record_, at); }
  /// A tick was tried, whether it could be written or not.
  void ticked(Time at) { last_tick_ = at; }

  /// When the next tick has to be written. `due`: the engine's next timer, as it last said.
  /// `seen_all`: it has said so after the newest record; while it has not, a record at or after
  /// `due` is on its way to it, and another tick follows only if that does not help; nor is one
  /// that could not be written tried at once again.
  Time next(Time due, bool seen_all) const {
    return due <= last_record_ && !seen_all ? std::max(last_record_, last_tick_) + kAgain
                                            : std::max(due, last_tick_ + kSpacing);
  }

 private:
  Time last_record_{}, last_tick_{};
};

}  // namespace alarum::journal
