#pragma once
#include <cctz/time_zone.h>

#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// What is needed to resolve the time of a header.
struct SyslogClock {
  const cctz::time_zone& zone;  ///< the zone of times that name none
  Time now;                     ///< the arrival of the message
};

/// A time that was read from a header.
struct SyslogTime {
  std::optional<Time> time;  ///< nullopt: it is in an hour that the zone skips
  /// Cisco's star marks the clock as not set, and the time is further from the arrival than
  /// model::kLateness
  bool marked = false;
  bool unset = false;  ///< the device's clock was never set: `marked`, or a time before 2010
};

/// Removes a time from the front of `text`, in any form that docs/formats/syslog.md lists, with the
/// year and the zone that follow it. If several readings are possible (no year, an hour that occurs
/// twice, letters of several zones, day and month in either order), it is the one nearest to the
/// arrival. If there is none, it returns nullopt and leaves `text` unchanged. Pure.
std::optional<SyslogTime> take_syslog_time(std::string_view& text, const SyslogClock& clock);

}  // namespace alarum::ingest
