#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// A moment as senders write it: RFC 3339, also with `+0800` for an offset; or a number (also in a
/// string) of seconds, milli-, micro- or nanoseconds since 1970, told apart by their size; Cloud
/// Eye's `2026/11/28 22:56:15 GMT+08:00` and `01 12, 2024 13:51:16 GMT-03:00`.
std::optional<Time> read_moment(std::string_view text);

}  // namespace alarum::ingest
