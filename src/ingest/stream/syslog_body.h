#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

/// Reads the bodies of makers that write no tag (FortiOS, SonicOS, SFOS, PAN-OS, iDRAC, Fabric OS,
/// NetScaler, RouterOS, ISE): key=value, CSV, or an event id in the text. Sets app, msgid, host and
/// time of `out` from it, host and time only if they are missing. The body stays the message, so
/// `text` is not shortened. False if the text is none of these. Pure.
bool read_known_body(std::string_view text, const SyslogClock& clock, SyslogMessage& out);

}  // namespace alarum::ingest
