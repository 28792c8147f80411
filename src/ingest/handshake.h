#pragma once
#include "http/handler.h"

namespace alarum::ingest {

/// CloudEvents HTTP 1.1 Web Hooks §4: OPTIONS with `WebHook-Request-Origin` is granted. Nobody gets
/// more than what every POST must prove anyway.
http::asio::awaitable<http::Response> handshake(http::Request& request, http::BodyStream& body);

}  // namespace alarum::ingest
