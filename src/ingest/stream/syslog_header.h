#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// Reads what stands behind the priority of an RFC 3164 message, in the dialects of
/// docs/formats/syslog.md, into `out`: time, host, tag, message. Takes items (counter, time,
/// uptime, origin …) from the front as long as there are any, at most kMostHeaderItems, then the
/// tag. What cannot be known stays empty: no part of a time and no bare number becomes a host or a
/// tag. False: no time stands there.
bool read_old_header(std::string_view text, const SyslogClock& clock, SyslogMessage& out);

}  // namespace alarum::ingest
