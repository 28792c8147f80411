#pragma once
#include <string_view>
#include <vector>

#include "config/event_limits.h"
#include "http/handler.h"
#include "ingest/cloudevents.h"
#include "ingest/intake.h"

namespace alarum::ingest {

// What all routes that take events share: limits, the commit, and the answers.

/// Replaces an event that exceeds `limits` by the error `event_too_large`, or `too_deep` if its
/// data is nested too deep. Errors stay as they are.
void refuse_past(Decoded& event, const config::EventLimits& limits);

/// Commits the events of one request, counts and copies the rejected ones under `format`, and
/// answers with a Report: 200 if at least one event is on disk, 400 if none was valid, 413 past
/// kMostItems. `single`: the request is one event and no batch, so its fault is the answer. If the
/// commit fails, nothing is on disk and the answer is failure()'s, with a Report in it. On the
/// connection's http thread.
http::asio::awaitable<http::Response> settle(std::vector<Decoded> decoded, model::Format format,
                                             Intake& intake, const http::Request& request,
                                             std::string_view body, bool single);

/// The answer to a body that could not be read (http::body_error). It is counted as rejected, with
/// an entry in rejected.ndjson, unless the reason is `overloaded`: then it is counted as failed,
/// because the sender will send it again.
http::Response refuse_body(const Error& error, model::Format format, Intake& intake,
                           const http::Request& request);

/// The answer to a body that was read but is not what the route takes: `status` with the error. It
/// is counted, copied to rejected.ndjson, and logged ever less often.
http::Response refused(Intake& intake, model::Format format, const http::Request& request,
                       const Error& error, std::string_view body, unsigned status = 400);

/// The answer to a commit or a body that failed: 429 with Retry-After: 1 for `overloaded`; 503 with
/// Retry-After: 10 for `disk_full`, `journal_full`, `io_error`, `engine_behind` and `stopping`;
/// http::body_error() for other reasons.
http::Response failure(const Error& error);

}  // namespace alarum::ingest
