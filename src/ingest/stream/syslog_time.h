#pragma once
#include <cctz/time_zone.h>

#include <optional>
#include <string_view>

#include "base/time.h"

namespace alarum::ingest {

/// Takes a time from the front of `text`: RFC 3339, or `Mmm dd hh:mm:ss` (RFC 3164 §4.1.2) also with a year, a fraction, a zone's letters
/// and Cisco's star before it. nullopt, and `text` as it was, where none stands there.
std::optional<Time> take_syslog_time(std::string_view& text, const cctz::time_zone& zone, Time now);

}  // namespace alarum::ingest
