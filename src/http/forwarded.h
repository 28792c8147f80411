#pragma once
#include <string>

#include "config/auth.h"
#include "http/handler.h"

namespace alarum::http {

/// The address of the sender. This is the connection's peer unless the peer is one of the config's
/// proxies. Then it is the last address in the configured header (`X-Forwarded-For`, or the `for`
/// of RFC 7239's `Forwarded`) that is none of `proxies`; addresses before that one are ignored,
/// because any sender can write them. If the header is missing, or has something that is no address
/// (`unknown`, an obfuscated name), the result is the nearest proxy that could be verified.
/// Ports, brackets and quotes are removed. Never fails.
std::string sender_of(const config::Proxies& proxies, const Request& request);

}  // namespace alarum::http
