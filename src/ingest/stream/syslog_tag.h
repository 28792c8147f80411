#pragma once
#include <string_view>

#include "ingest/stream/syslog.h"

namespace alarum::ingest {

/// `%SYS-5-CONFIG_I`, `%ASA-5-111008`: Cisco's message id, and that of those who write as Cisco
/// does.
bool is_mnemonic(std::string_view word);

/// Whether such an id begins the text: `%SYS-5-CONFIG_I: `, `%STKUNIT0-M:CP %SEC-5-LOGOUT: `,
/// Huawei's and H3C's
/// `%%10IFNET/3/…`.
bool begins_with_message_id(std::string_view text);

bool is_ip_address(std::string_view word);

/// Whether the word can be a host's name or address: no bare number, no time, nothing of a
/// message's body.
bool is_host_name(std::string_view word);

/// Takes what names the kind of message: `app[12]: `, `app: `, `%SYS-5-CONFIG_I: `,
/// `%IFMGR-5-OSTATE_DN `, a storage's
/// `[node:event:level]: `. False, and `text` as it was: the text begins with none.
bool take_syslog_tag(std::string_view& text, SyslogMessage& out);

}  // namespace alarum::ingest
