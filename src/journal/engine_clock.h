#pragma once
#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "journal/journal.h"
#include "model/record.h"

namespace alarum::journal {

/// Engine time: the time by which the engine decides. It starts where the journal ends: at the wall
/// clock, shifted as the newest record was, but never before that record. From then on it follows
/// the monotonic clock, so it never goes back and does not follow steps of the wall clock
/// (docs/formats/journal.md "Engine time"). Steps are noticed, so that they can be recorded, and
/// the distance between both clocks (`ahead`) goes into each stamp. One thread uses it: the one
/// that opens the journal, and after start() the writer's.
class EngineClock {
 public:
  /// `last` is the stamp of the newest record in the journal. `clock` outlives the object.
  EngineClock(Clock& clock, model::Stamp last)
      : clock_(clock),
        wall_(clock.wall()),
        monotonic_(clock.monotonic()),
        base_(std::max(wall_ + last.ahead, last.at)),
        last_(base_),
        ahead_(apart()),
        went_back_(last.at - last.ahead - wall_),
        look_{monotonic_, wall_} {}

  /// The engine time for the next record. It is never before a time that was given earlier.
  model::Stamp stamp() { return {last_ = now(), ahead_}; }
  /// Engine time now, without fixing it for a record.
  Time now() const { return std::max(last_, base_ + passed()); }

  /// How far the wall clock was stepped since the last call. nullopt if that is two seconds or
  /// less, because smaller differences are corrections (NTP) and not steps. Negative: it went back.
  std::optional<Duration> stepped() {
    const ClockLook look{clock_.monotonic(), clock_.wall()};
    const auto by = look.wall - (wall_ + since_begin(look.monotonic)) - known_step_;
    if (std::chrono::abs(by) <= kLeast) return std::nullopt;
    known_step_ += by;
    ahead_ = apart();
    look_ = look;
    return by;
  }

  /// What both clocks showed when `ahead` last changed: at the start, or at the newest step.
  const ClockLook& look() const { return look_; }

  /// Engine time must not be before `at`, because a record of that time existed and was lost. The
  /// lost record's `ahead` is not known, so went_back() says nothing about it. Before the first
  /// stamp().
  void raise_to(Time at) {
    if (at <= now()) return;
    base_ = at - passed();
    last_ = at;
    ahead_ = apart();
  }

  /// How far the wall clock had gone back at the start, compared with the newest record. Zero or
  /// less means that it had not gone back.
  Duration went_back() const { return went_back_; }

 private:
  static constexpr Duration kLeast = std::chrono::seconds(2);  // smaller differences do not count
  Duration since_begin(std::chrono::nanoseconds monotonic) const {
    return std::chrono::duration_cast<Duration>(monotonic - monotonic_);
  }
  Duration passed() const { return since_begin(clock_.monotonic()); }
  // How far engine time is ahead. The value is the same for all stamps between two steps, to the
  // microsecond, so that events of the same time by the wall clock keep the same time.
  Duration apart() const {
    const auto ahead = base_ - wall_ - known_step_;
    return std::chrono::abs(ahead) <= kLeast ? Duration::zero() : ahead;
  }

  Clock& clock_;
  Time wall_;                           // at the start
  std::chrono::nanoseconds monotonic_;  // at the start
  Time base_;                           // engine time at the start
  Time last_;                           // the newest stamp
  Duration known_step_{};               // all steps of the wall clock since the start
  Duration ahead_;
  Duration went_back_;
  ClockLook look_;
};

}  // namespace alarum::journal
