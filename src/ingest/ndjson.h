#pragma once
#include "config/event_limits.h"
#include "http/handler.h"
#include "ingest/intake.h"

namespace alarum::ingest {

/// Bounds of one NDJSON body. A commit is made when either commit_events or commit_bytes is
/// reached.
struct NdjsonOptions {
  config::EventLimits event;  ///< `bytes`: of a line
  std::size_t commit_events = 200;
  std::size_t commit_bytes = 256 << 10;
  std::size_t commits_under_way = 4;
  std::chrono::seconds patience{30};  ///< how long one commit is tried while the journal is full
};

/// Handles a body of type `application/x-ndjson`: one structured CloudEvent a line. Lines are
/// committed as they arrive, with a few commits under way, so the body may be larger than any
/// memory. Runs on the connection's http thread; large lines are decoded by the worker pool.
///
/// The answer (a Report) comes at the end of the body. If the journal is overloaded, reading pauses
/// for at most `patience`; then the answer is 429 or 503, and tells how many events are on disk.
/// After kMostItems rejected lines the answer is 413 `too_many_items`, and the rest is not read.
http::asio::awaitable<http::Response> take_ndjson(NdjsonOptions options, Intake& intake,
                                                  http::Request& request, http::BodyStream& body);

}  // namespace alarum::ingest
