#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// Reads a time in the forms that senders use: RFC 3339, also with the offset `+0800`; Cloud Eye's
/// `2026/11/28 22:56:15 GMT+08:00` and `01 12, 2024 13:51:16 GMT-03:00`; or the digits of a number
/// of seconds, milliseconds, microseconds or nanoseconds since 1970. The unit follows from the
/// size: below 1e11 they are seconds, and each unit reaches a thousand times further. nullopt for
/// anything else, and for negative numbers.
std::optional<Time> read_moment(std::string_view text);

}  // namespace alarum::ingest
