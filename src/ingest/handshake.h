#pragma once
#include "http/handler.h"

namespace alarum::ingest {

/// Handler of OPTIONS: the validation handshake of "CloudEvents HTTP 1.1 Web Hooks" section 4. A
/// request with `WebHook-Request-Origin` is always granted, without authentication. That gives
/// nothing away, because every POST that follows must authenticate.
http::asio::awaitable<http::Response> handshake(http::Request& request, http::BodyStream& body);

}  // namespace alarum::ingest
