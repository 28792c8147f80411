#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/event_limits.h"
#include "http/router.h"
#include "ingest/cloudevents.h"
#include "ingest/intake.h"

namespace alarum::ingest {

/// Describes a route that reads one kind of body whole, decodes it, and commits the events. The
/// route decides what the body is, not its Content-Type, because BMCs send none or a wrong one.
/// Requests that a web page made a browser send were rejected before (http::Authenticator).
/// Immutable once the route is added.
struct Push {
  /// Decodes the body. Runs on an http thread, or on the worker pool for large bodies, so it must
  /// be safe to call at once from several. The outer error is about the body as a whole.
  using Decode = std::function<Result<std::vector<Decoded>>(const http::Request& request,
                                                            std::string_view body, Time now)>;

  /// The answer to a body that is a question instead of events, for example a handshake; nullopt if
  /// it is none.
  using Reply = std::function<std::optional<http::Response>(const http::Request& request,
                                                            std::string_view body)>;

  model::Format format = model::Format::json;
  Decode decode;
  Reply reply;                 ///< may be empty
  std::size_t body = 8 << 20;  ///< bytes of a request
  config::EventLimits event;   ///< bytes and depth of one event
  unsigned overloaded = 429;   ///< 503 for senders that retry on 5xx only
  bool github_forms = false;   ///< also accept JSON in a form, which is GitHub's default
};

/// Handles one request of such a route, with a Report as answer: 404 if the config has no source of
/// that name, 400 for a body that cannot be decoded. A byte order mark is skipped (RFC 8259 section
/// 8.1). On the connection's http thread.
http::asio::awaitable<http::Response> take_push(const Push& push, Intake& intake,
                                                const http::Request& request,
                                                http::BodyStream& stream);

/// Adds `POST path`. `intake` must outlive the server.
void add_push(http::Router& router, const std::string& path, Push push, Intake& intake);

}  // namespace alarum::ingest
