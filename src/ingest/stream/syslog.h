#pragma once
#include <cctz/time_zone.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// The parts of a syslog message. All texts are valid UTF-8; each byte that was not has become
/// U+FFFD.
struct SyslogMessage {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  /// RFC 5424 section 6.2.1; a message without PRI is user.notice
  unsigned facility = 1, severity = 5;
  std::optional<Time> time;  ///< of the header
  /// The device marks its clock as not set (syslog_time.h), so `time` is not the event's time
  bool clock_unset = false;
  std::string host, app, procid, msgid;  ///< empty where the message says "-" or nothing
  std::vector<std::pair<std::string, Parameters>> structured;
  std::string message;
};

/// Parses RFC 5424, or otherwise RFC 3164 in the dialects that devices write (docs/formats/
/// syslog.md lists them). Pure. `zone`: of times that name none. `now`: the arrival, which decides
/// between several readings of a time. A part that cannot be parsed (a time, structured data) stays
/// in the message text and is no error. Error `bad_syslog`: a text without `<PRI>` (a line of a
/// file) that does not begin with a time, or RFC 5424 with missing header fields.
Result<SyslogMessage> parse_syslog(std::string_view text, const cctz::time_zone& zone, Time now);

/// Decodes a message into an event (docs/formats/syslog.md). Source and subject are the host,
/// otherwise the sender; the type is MSGID, otherwise APP-NAME, otherwise `syslog`. `id`: the
/// event's id, since syslog has none. Errors: `bad_syslog`, and those of EventBuilder::finish().
Decoded decode_syslog(std::string_view text, std::string_view sender, std::string_view id,
                      const cctz::time_zone& zone, Time now);

}  // namespace alarum::ingest
