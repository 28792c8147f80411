#pragma once
#include <string_view>
#include <vector>

#include "config/event_limits.h"
#include "http/handler.h"
#include "ingest/cloudevents.h"
#include "ingest/intake.h"

namespace alarum::ingest {

/// Turns an event that is past `limits` into the error `event_too_large`, or `too_deep` where its
/// data is nested too deep.
void refuse_past(Decoded& event, const config::EventLimits& limits);

/// Commits what was decoded of one request, counts the rest under `format`, and answers with a
/// Report. `single`: the one event of a request that is not a batch, whose fault is the request's.
/// A commit that fails is answered by failure().
http::asio::awaitable<http::Response> settle(std::vector<Decoded> decoded, model::Format format,
                                             Intake& intake, const http::Request& request,
                                             std::string_view body, bool single);

/// A body that could not be read: counted, kept where it is the sender's fault, answered.
http::Response refuse_body(const Error& error, model::Format format, Intake& intake,
                           const http::Request& request);

/// A body that was read and is none of the route's: counted, a copy kept, said in the log, answered
/// with `status`.
http::Response refused(Intake& intake, model::Format format, const http::Request& request,
                       const Error& error, std::string_view body, unsigned status = 400);

/// The answer to a commit or a body that failed: 429 with Retry-After for `overloaded`, 503 for
/// `disk_full`, `journal_full`, `io_error`, `engine_behind`, `stopping`; what http::body_error says
/// of the others.
http::Response failure(const Error& error);

}  // namespace alarum::ingest
