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

/// A route that takes one kind of body whole, has it decoded and commits the events. The route says
/// what the body is, whatever its Content-Type says: BMCs send none, or another. (What a web page
/// could have sent by a browser, the gate has refused.)
struct Push {
  /// Pure: the request's head, the body and the time give events. The outer error is of the body as
  /// a whole.
  using Decode = std::function<Result<std::vector<Decoded>>(const http::Request& request,
                                                            std::string_view body, Time now)>;

  /// A body that is a question, not an event: its answer.
  using Reply = std::function<std::optional<http::Response>(const http::Request& request,
                                                            std::string_view body)>;

  model::Format format = model::Format::json;
  Decode decode;
  Reply reply;                 ///< may be empty
  std::size_t body = 8 << 20;  ///< bytes of a request
  config::EventLimits event;
  unsigned overloaded = 429;  ///< 503 for senders that retry on 5xx only
  bool github_forms = false;  ///< also as GitHub sends it unless told otherwise: JSON in a form
};

http::asio::awaitable<http::Response> take_push(const Push& push, Intake& intake,
                                                const http::Request& request,
                                                http::BodyStream& stream);

/// Adds `POST path`. `intake` must outlive the server.
void add_push(http::Router& router, const std::string& path, Push push, Intake& intake);

}  // namespace alarum::ingest
