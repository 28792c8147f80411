#pragma once
#include "http/handler.h"

namespace alarum::http {

/// Whether a browser sent this from a page that is not ours, in a way in which browsers send
/// without asking the server first (Fetch §3.2.2: no Content-Type, or one of three). Of other types
/// the browser asks first (OPTIONS), and we allow nobody. Told by `Sec-Fetch-Site` (W3C Fetch
/// Metadata) where the browser says it, else by an `Origin` (RFC 6454 §7) whose host and port are
/// not those of `Host`. What is no browser sends neither, or, as EventGrid does, an origin without
/// a scheme.
bool is_of_another_site(const Request& request);

}  // namespace alarum::http
