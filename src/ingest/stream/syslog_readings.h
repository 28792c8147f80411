#pragma once
#include <cctz/time_zone.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// A date and a clock as a header writes them, not yet a moment.
struct SyslogDate {
  int year = 0;  ///< 0: not said
  int month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0;
  bool either_order = false;                   ///< day and month may stand the other way round
  std::optional<std::chrono::seconds> offset;  ///< east of UTC
  std::string_view letters;                    ///< the zone's, as `CEST`
};

/// The moment that the date means: of its possible readings the one nearest to the arrival.
/// nullopt: the date does not exist. `SyslogTime::time` is empty where the nearest falls into an
/// hour that the zone skips.
std::optional<SyslogTime> read_syslog_date(const SyslogDate& date, const SyslogClock& clock);

/// Whether these letters name a zone: one of the table, or what `clock`'s zone is called in summer
/// or winter.
bool is_zone_name(std::string_view letters, const SyslogClock& clock);

}  // namespace alarum::ingest
