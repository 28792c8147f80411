#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// A moment as senders write it: RFC 3339, also with `+0800` for an offset; or a number (also in a string) of seconds, milli-, micro- or nanoseconds since
/// 1970, told apart by their size.
std::optional<Time> read_moment(std::string_view text);

}  // namespace alarum::ingest
