#pragma once
#include <string>

#include "config/auth.h"
#include "http/handler.h"

namespace alarum::http {

/// Who sent the request: its peer, or, where that is a proxy of ours, whom the proxies say they had
/// it from: the last address of the chosen header
/// (`X-Forwarded-For`, or `for` of RFC 7239's `Forwarded`) that is none of their own. What stands
/// before it anybody can have written. The nearest proxy, where the header is missing or no chain
/// of addresses.
std::string sender_of(const config::Proxies& proxies, const Request& request);

}  // namespace alarum::http
