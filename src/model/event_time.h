#pragma once
#include "base/time.h"

namespace alarum::model {

/// How far the clocks of two senders, and the order of arrival, may be off (RULES.md "Clocks").
constexpr Duration kLateness = std::chrono::minutes(2);
/// An event time further ahead of its arrival than this is not believed.
constexpr Duration kMaxAhead = std::chrono::minutes(10);

/// False: no clock that was ever set says so. Devices begin in 1970, 2000 or 2006.
constexpr bool is_set(Time time) {
  return time >= Time(std::chrono::sys_days(std::chrono::year(2010) / 1 / 1));
}

}  // namespace alarum::model
