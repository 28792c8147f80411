#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// Some makers write no tag but a body that says what it is: key=value, CSV, an event id. Fills
/// what is empty in `out`; the body stays the message. False: it is none of them.
bool read_known_body(std::string_view text, const SyslogClock& clock, SyslogMessage& out);

}  // namespace alarum::ingest
