#pragma once
#include <cctz/time_zone.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// The date and time fields of a header, before they are resolved to a point in time.
struct SyslogDate {
  int year = 0;  ///< 0: the header has none
  int month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0;
  bool either_order = false;                   ///< day and month may be swapped
  std::optional<std::chrono::seconds> offset;  ///< east of UTC
  std::string_view letters;                    ///< the abbreviation of a zone, as `CEST`
};

/// Resolves the date: of its possible readings (year, zone, order of day and month, an hour that
/// occurs twice) it takes the one nearest to the arrival. nullopt if the date does not exist.
/// `SyslogTime::time` is empty if the nearest reading falls into an hour that the zone skips. Pure;
/// at most a dozen readings.
std::optional<SyslogTime> read_syslog_date(const SyslogDate& date, const SyslogClock& clock);

/// Whether these letters name a zone: one of the built-in table, or an abbreviation that `clock`'s
/// zone uses in summer or winter.
bool is_zone_name(std::string_view letters, const SyslogClock& clock);

}  // namespace alarum::ingest
