#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// Reads what follows the priority of an RFC 3164 message, in the dialects of docs/formats/
/// syslog.md, into `out`: time, host, tag, message. It takes items (counter, time, uptime, origin
/// and so on) from the front as long as there are any, 10 at most, then the tag. A part that is not
/// certain stays empty; no part of a time and no bare number becomes a host or a tag. Everything
/// else becomes the message, so no text is lost. False if the header has no time. Pure.
bool read_old_header(std::string_view text, const SyslogClock& clock, SyslogMessage& out);

}  // namespace alarum::ingest
