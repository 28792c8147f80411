#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum {

/// The time types of the whole program. Both count microseconds. A Time counts from
/// 1970-01-01T00:00:00Z without leap seconds, and its range reaches past the years 0001 and 9999.
/// There is no time zone in a Time: texts are converted when they are read.
using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

/// Reads an RFC 3339 date-time (section 5.6): `2026-11-23T20:18:27.5Z`, with any offset; lower-case
/// `t` and `z` are accepted. Digits behind the microseconds are dropped. A leap second (`:60`)
/// becomes the next second. Error `bad_time`.
Result<Time> parse_rfc3339(std::string_view text);

/// UTC with `Z`. Milliseconds or microseconds are written only if they are not zero.
std::string format_rfc3339(Time time);

/// Reads a duration as Prometheus writes it: `250ms`, `5s`, `10m`, `24h`, `7d`, `1w`, `1y` (365
/// days), and sums with falling units such as `1h30m`. `us` is accepted too, and `0` needs no unit.
/// At most 1,000 years, never negative. Error `bad_duration`; the message has the text.
Result<Duration> parse_duration(std::string_view text);

/// The shortest such text with the units `d` and smaller: 90 s is `1m30s`, a week is `7d`, zero is
/// `0s`. A negative duration begins with `-`, which parse_duration() does not read.
std::string format_duration(Duration duration);

}  // namespace alarum
