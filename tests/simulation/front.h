#pragma once
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "http/router.h"
#include "http/timer.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

/// A request before it is on its way, and how its connection behaves.
struct Call {
  std::string method, path, query;
  http::Headers headers;
  std::string body;
  std::string peer = "10.0.0.1";
  std::size_t piece = 64 * 1024;     ///< bytes that come together
  std::chrono::nanoseconds pause{};  ///< before each piece
  /// The connection breaks after so many bytes of the body
  std::optional<std::size_t> cut;
};

struct Reply {
  unsigned status = 0;
  std::string body;
  std::chrono::seconds retry_after{};
};

/// The bridge's router with nothing but values before it: no socket, no parser of heads. As
/// http::Session does, it lets the gate look first and reads answers to their end.
http::asio::awaitable<Reply> ask(const http::Router& router, Call call);

}  // namespace alarum::simulation
