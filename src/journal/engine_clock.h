#pragma once
#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "journal/journal.h"
#include "model/record.h"

namespace alarum::journal {

/// Engine time: what the journal holds already, what has passed since by the wall clock until the
/// start, and the monotonic clock from there on; it never goes back (DESIGN §3). A step of the wall
/// clock does not move it, at a restart after it neither; it is noticed, so that it can be
/// recorded, and so is how far both are apart from then on.
class EngineClock {
 public:
  /// `last`: of the newest record in the journal.
  EngineClock(Clock& clock, model::Stamp last)
      : clock_(clock),
        wall_(clock.wall()),
        monotonic_(clock.monotonic()),
        base_(std::max(wall_ + last.ahead, last.at)),
        last_(base_),
        ahead_(apart()),
        went_back_(last.at - last.ahead - wall_),
        look_{monotonic_, wall_} {}

  /// Now, at or after every time given before.
  model::Stamp stamp() { return {last_ = now(), ahead_}; }
  Time now() const { return std::max(last_, base_ + passed()); }

  /// How far the wall clock was stepped since the last call, when that is more than two seconds.
  std::optional<Duration> stepped() {
    const ClockLook look{clock_.monotonic(), clock_.wall()};
    const auto by = look.wall - (wall_ + since_begin(look.monotonic)) - known_step_;
    if (std::chrono::abs(by) <= kLeast) return std::nullopt;
    known_step_ += by;
    ahead_ = apart();
    look_ = look;
    return by;
  }

  /// What the clocks showed when stamps began to say how far engine time is ahead as they do now.
  const ClockLook& look() const { return look_; }

  /// A record that the journal has lost was of `at`: what is to come is not older. How far it was
  /// ahead of the wall clock is lost with it, so that nobody can say whether that went back.
  void raise_to(Time at) {
    if (at <= now()) return;
    base_ = at - passed();
    last_ = at;
    ahead_ = apart();
  }

  /// At the start: how far the wall clock has gone back since the newest record was written; not
  /// above zero: it has not.
  Duration went_back() const { return went_back_; }

 private:
  static constexpr Duration kLeast = std::chrono::seconds(2);
  Duration since_begin(std::chrono::nanoseconds monotonic) const {
    return std::chrono::duration_cast<Duration>(monotonic - monotonic_);
  }
  Duration passed() const { return since_begin(clock_.monotonic()); }
  // It stays the same between steps, to the microsecond: events of the same time must stay so.
  Duration apart() const {
    const auto ahead = base_ - wall_ - known_step_;
    return std::chrono::abs(ahead) <= kLeast ? Duration::zero() : ahead;
  }

  Clock& clock_;
  Time wall_;
  std::chrono::nanoseconds monotonic_;
  Time base_;
  Time last_;
  Duration known_step_{};
  Duration ahead_;
  Duration went_back_;
  ClockLook look_;
};

}  // namespace alarum::journal
