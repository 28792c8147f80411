#pragma once
#include "base/time.h"

namespace alarum::model {

/// How far the clocks of two senders, and the order of arrival, may be off (docs/rules.md). Within
/// it the result does not depend on the order in which events arrive.
constexpr Duration kLateness = std::chrono::minutes(2);
/// If an event's time is further ahead of its arrival than this, it is not believed.
constexpr Duration kMaxAhead = std::chrono::minutes(10);

/// Whether the time can come from a clock that was set. Devices whose clock was never set begin in
/// 1970, 2000 or 2006, so times before 2010 are not believed.
constexpr bool is_set(Time time) {
  return time >= Time(std::chrono::sys_days(std::chrono::year(2010) / 1 / 1));
}

}  // namespace alarum::model
