#pragma once
#include <memory>

#include "api/routes.h"

namespace alarum::api {

/// Adds `GET /api/v1/stream`: what changes (alerts, silences, comments, rules), and `GET
/// /api/v1/events/stream`: events as they come. Both are server-sent events (HTML Living Standard,
/// section 9.2) that go on until the client leaves, the daemon stops or reloads, or kStreamAge is
/// over. docs/live.md says what they send.
///
/// A stream is a coroutine on its connection's http thread: it looks twice a second at what
/// changed, and has no queue. While its client does not read, it does not look; it goes on where it
/// was, or says that it is behind (ChangeLog).
void add_stream_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

/// Streams of both kinds that may be open at once; further ones are answered 503.
constexpr std::size_t kMostStreams = 64;

}  // namespace alarum::api
