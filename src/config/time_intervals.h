#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/time.h"

namespace alarum::config {

/// One entry of a `time_intervals` list, with Alertmanager's keys and meaning. An empty list does
/// not restrict. A value; contains() may be called on any thread.
struct TimeInterval {
  struct Range {
    int begin = 0, end = 0;  ///< both ends belong to the range
  };
  /// Minutes since midnight, 0 to 1440. Here `end` does not belong to the range: `17:00` ends at
  /// 17:00.
  std::vector<Range> minutes;
  std::vector<Range> weekdays;  ///< 0 is Sunday
  /// 1 to 31. Negative days count from the end of the month: -1 is the last day.
  std::vector<Range> days_of_month;
  std::vector<Range> months;  ///< 1 to 12
  std::vector<Range> years;
  std::string location = "UTC";  ///< an IANA time zone that could be loaded

  /// Whether the time, in the zone `location`, is in the interval.
  bool contains(Time time) const;
  /// Whether any day from `now` on is in the interval; `minutes` are not considered. Looks 40 years
  /// ahead, or from the first year that `years` names.
  bool comes_after(Time now) const;
};

/// `{name: …, time_intervals: […]}`. A time is in it if one of the intervals contains it.
struct NamedIntervals {
  std::string name;
  std::vector<TimeInterval> intervals;
  bool contains(Time time) const;
  bool comes_after(Time now) const;
};

/// Reads `time_intervals`, or `mute_time_intervals`, its older name. Every fault goes to `out`.
std::vector<NamedIntervals> read_time_intervals(const Node& node, Diagnostics& out);

}  // namespace alarum::config
