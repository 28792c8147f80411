#pragma once
#include <cctz/time_zone.h>

#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// What a header's time is read against.
struct SyslogClock {
  const cctz::time_zone& zone;  ///< of times that name none
  Time now;                     ///< the arrival
};

/// A time that stands in a header.
struct SyslogTime {
  std::optional<Time> time;  ///< nullopt: an hour that the zone skips
  bool marked = false;       ///< by Cisco's star, and out of lateness
  /// The device's clock was never set: before 2010, or marked by Cisco's star and out of lateness
  bool unset = false;
};

/// Takes a time from the front of `text`, in any form that docs/formats/syslog.md lists, with the
/// year and the zone that follow. Where several readings are possible (no year, an hour that comes
/// twice, letters of several zones, day and month in either order), it is the one nearest to the
/// arrival. nullopt, and `text` as it was, where none stands there.
std::optional<SyslogTime> take_syslog_time(std::string_view& text, const SyslogClock& clock);

}  // namespace alarum::ingest
