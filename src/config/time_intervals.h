#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/node.h"
#include "base/time.h"

namespace alarum::config {

/// One entry of a `time_intervals` list: Alertmanager's words and meaning. A part that is empty
/// does not restrict.
struct TimeInterval {
  struct Range {
    int begin = 0, end = 0;  ///< both belong to it
  };
  /// Of the day; `end` does not belong to it: `17:00` is over at 17:00
  std::vector<Range> minutes;
  std::vector<Range> weekdays;  ///< 0 is Sunday
  /// 1 to 31; negative ones count from the month's end: -1 is the last day
  std::vector<Range> days_of_month;
  std::vector<Range> months;  ///< 1 to 12
  std::vector<Range> years;
  std::string location = "UTC";  ///< an IANA time zone that could be loaded

  bool contains(Time time) const;
  /// Whether any of the days from `now` on is in it. Looks 40 years ahead, of years that are named
  /// at their beginning.
  bool comes_after(Time now) const;
};

/// `{name: …, time_intervals: […]}`: a time is in it when one of its intervals contains it.
struct NamedIntervals {
  std::string name;
  std::vector<TimeInterval> intervals;
  bool contains(Time time) const;
  bool comes_after(Time now) const;
};

/// Reads `time_intervals` (or the older `mute_time_intervals`). Every fault goes to `out`.
std::vector<NamedIntervals> read_time_intervals(const Node& node, Diagnostics& out);

}  // namespace alarum::config
