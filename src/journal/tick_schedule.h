#pragma once
#include <algorithm>

#include "base/time.h"

namespace alarum::journal {

/// Decides when the writer has to write a tick, so that the engine's timers run when they are due
/// although no event arrives. All times are engine time; it has no clock. The journal's writer owns
/// it. Ticks are at least kSpacing apart, which bounds their cost (a sync each) and delays a timer
/// by at most that much.
class TickSchedule {
 public:
  /// The least time between two ticks.
  static constexpr Duration kSpacing = std::chrono::milliseconds(100);
  /// How long to wait for the engine to process a record that runs the timer, before another tick.
  static constexpr Duration kAgain = std::chrono::seconds(1);

  /// A record of any kind was written at `at`. The engine runs the timers due by then.
  void recorded(Time at) { last_record_ = std::max(last_record_, at); }
  /// A tick was attempted at `at`, even if it could not be written.
  void ticked(Time at) { last_tick_ = at; }

  /// When the next tick has to be written. `due` is the engine's next timer as last reported,
  /// `seen_all` whether the engine has processed the newest record. If it has not, and that record
  /// is at or after `due`, then the record will run the timer, so the next tick waits for kAgain. A
  /// tick that could not be written is not repeated at once either.
  Time next(Time due, bool seen_all) const {
    return due <= last_record_ && !seen_all ? std::max(last_record_, last_tick_) + kAgain
                                            : std::max(due, last_tick_ + kSpacing);
  }

 private:
  Time last_record_{}, last_tick_{};
};

}  // namespace alarum::journal
