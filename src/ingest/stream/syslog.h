#pragma once
#include <cctz/time_zone.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// A syslog message, taken apart. Texts are valid UTF-8: other bytes have become U+FFFD.
struct SyslogMessage {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  unsigned facility = 1, severity = 5;  ///< RFC 5424 §6.2.1; without a PRI user.notice
  std::optional<Time> time;             ///< as the header says it
  /// The device marks its clock as not set (syslog_time.h), so that `time` is none of the event's
  bool clock_unset = false;
  std::string host, app, procid, msgid;  ///< empty where the message says "-" or nothing
  std::vector<std::pair<std::string, Parameters>> structured;
  std::string message;
};

/// RFC 5424, and where it is not that, RFC 3164 as devices write it (docs/formats/syslog.md lists
/// the dialects). A time is read against `zone` and `now`, the arrival. A line without `<PRI>` (of
/// a file) must begin with a time. What is wrong inside (a time, structured data) is left to the
/// message rather than refused. Error `bad_syslog`: none of them.
Result<SyslogMessage> parse_syslog(std::string_view text, const cctz::time_zone& zone, Time now);

/// The message as an event (docs/formats/syslog.md): source and subject the host, else the sender;
/// type MSGID, else APP-NAME, else `syslog`.
Decoded decode_syslog(std::string_view text, std::string_view sender, std::string_view id,
                      const cctz::time_zone& zone, Time now);

}  // namespace alarum::ingest
