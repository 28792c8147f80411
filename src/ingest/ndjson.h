#pragma once
#include "config/event_limits.h"
#include "http/handler.h"
#include "ingest/intake.h"

namespace alarum::ingest {

/// `application/x-ndjson`: one structured CloudEvent a line, committed as they arrive, a few
/// commits under way at a time, so that the body may be larger than any memory. The status comes at
/// the end. Past an overload it waits instead of answering 429 midway, for at most `patience`.
/// After kMostItems refused lines it ends: 413 `too_many_items`.
struct NdjsonOptions {
  config::EventLimits event;  ///< `bytes`: of its line
  std::size_t commit_events = 200;
  std::size_t commit_bytes = 256 << 10;
  std::size_t commits_under_way = 4;
  std::chrono::seconds patience{30};
};
http::asio::awaitable<http::Response> take_ndjson(NdjsonOptions options, Intake& intake,
                                                  http::Request& request, http::BodyStream& body);

}  // namespace alarum::ingest
