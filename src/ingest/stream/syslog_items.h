#pragma once
#include <string_view>

#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

// What devices put before the tag of an RFC 3164 message besides time and host. Each takes its item
// from the front of `text`, or leaves `text` as it was and says false.

/// Blanks, and one colon among them: `: `, ` : `. True: with a colon.
bool take_syslog_separator(std::string_view& text);

/// IOS's and IOS XR's `000123: `, Ruijie's `226:Mar` and `226:12:03:04:05: `. Not the hour of a
/// time.
bool take_syslog_counter(std::string_view& text);

/// How long the device runs: `00:20:10: `, `1d02h: `, `3w2d: `, `12:03:04:05: `, `101 21: ` before
/// a message id, VRP's `0.166970 `.
bool take_syslog_uptime(std::string_view& text);

/// Where in the device: IOS XR's line card `RP/0/RSP1/CPU0:`, a wireless controller's task
/// `*spamApTask1: `, NX-OS's
/// `%$VDC-1 %$ `.
bool take_syslog_place(std::string_view& text);

/// What stands before a message id as Cisco writes it.
struct SyslogAhead {
  bool id = false;      ///< such an id follows
  int items = 0;        ///< counters, times … before it
  bool time = false;    ///< one of them says when
  bool origin = false;  ///< a `host: ` stands among them
};

/// Looks over at most 7 items. `over_origin`: also over one `host: `.
SyslogAhead syslog_ahead(std::string_view text, const SyslogClock& clock, bool over_origin);

}  // namespace alarum::ingest
