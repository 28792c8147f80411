#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"

namespace alarum::ingest {

// Recognises tags, message ids and host names of RFC 3164 messages. All functions are pure.

/// Whether the word is a message id in Cisco's form, `%FACILITY-SEVERITY-NAME`, which other makers
/// use as well: `%SYS-5-CONFIG_I`, `%ASA-5-111008`.
bool is_mnemonic(std::string_view word);

/// Whether the text begins with such an id: `%SYS-5-CONFIG_I: `, with a unit of the stack before it
/// `%STKUNIT0-M:CP %SEC-5-LOGOUT: `, or Huawei's and H3C's `%%10IFNET/3/…`.
bool begins_with_message_id(std::string_view text);

/// Whether the word is an IPv4 or IPv6 address, also with a zone (`fe80::1%eth0`).
bool is_ip_address(std::string_view word);

/// Whether the word can be a host's name or address (255 bytes at most). Bare numbers, times, log
/// levels and words with characters of a message's body are none, nor is 0.0.0.0.
bool is_host_name(std::string_view word);

/// Removes the tag, which names the kind of message, from the front of `text`, and sets app and
/// procid of `out`: `app[12]: `, `app: `, `%SYS-5-CONFIG_I: `, `%IFMGR-5-OSTATE_DN `, ONTAP's
/// `[node:event:level]: ` (which also sets a missing host). If there is none, it leaves `text`
/// unchanged and returns false.
bool take_syslog_tag(std::string_view& text, SyslogMessage& out);

}  // namespace alarum::ingest
