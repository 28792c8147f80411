#pragma once
#include <string_view>

#include "ingest/stream/syslog_time.h"

namespace alarum::ingest {

// What devices write before the tag of an RFC 3164 message besides time and host. Each function
// removes its item from the front of `text` and returns true, or leaves `text` unchanged and
// returns false. All are pure.

/// Removes blanks, and one colon among them: `: `, ` : `. True if there was a colon; the blanks are
/// removed in any case.
bool take_syslog_separator(std::string_view& text);

/// Removes a message counter: IOS's and IOS XR's `000123: `, Ruijie's `226:Mar` and
/// `226:12:03:04:05: `. The hour of a time is none.
bool take_syslog_counter(std::string_view& text);

/// Removes the time since the device's start: `00:20:10: `, `1d02h: `, `3w2d: `, `12:03:04:05: `,
/// `101 21: ` before a message id, VRP's `0.166970 `.
bool take_syslog_uptime(std::string_view& text);

/// Removes the part of the device that writes: IOS XR's line card `RP/0/RSP1/CPU0:`, a wireless
/// controller's task `*spamApTask1: `, NX-OS's `%$VDC-1 %$ `.
bool take_syslog_place(std::string_view& text);

/// What comes before a message id in Cisco's form (is_mnemonic()).
struct SyslogAhead {
  bool id = false;      ///< such an id follows
  int items = 0;        ///< counters, times and the like before it
  bool time = false;    ///< one of them is a time or an uptime
  bool origin = false;  ///< there is a `host: ` among them
};

/// Looks ahead over at most 7 items, without changing `text`. `over_origin`: also over one `host:`.
SyslogAhead syslog_ahead(std::string_view text, const SyslogClock& clock, bool over_origin);

}  // namespace alarum::ingest
