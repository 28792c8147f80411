#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum {

/// Microseconds; a Time counts from 1970-01-01T00:00:00Z without leap seconds and reaches past the
/// years 0001 and 9999.
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

/// RFC 3339 date-time: `2026-11-23T20:18:27.5Z`, any offset, lower-case `t` and `z` accepted;
/// digits past microseconds are dropped. A leap second (`:60`) becomes the next second.
Result<Time> parse_rfc3339(std::string_view text);

/// UTC with `Z`; milliseconds or microseconds only where they are not zero.
std::string format_rfc3339(Time time);

/// Prometheus' durations: `250ms`, `5s`, `10m`, `24h`, `7d`, `1w`, `1y`, and sums in falling order:
/// `1h30m`; `0` needs no unit. Up to 1000 years; the error names the text.
Result<Duration> parse_duration(std::string_view text);

/// The shortest such text: 90 s is `1m30s`, a day is `1d`.
std::string format_duration(Duration duration);

}  // namespace alarum
