#pragma once
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "http/router.h"
#include "http/timer.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/history.h"

namespace alarum::simulation {

/// A request to the bridge's API, and how its connection behaves.
struct Call {
  std::string method, path, query;
  http::Headers headers;
  std::string body;
  std::string peer = "10.0.0.1";
  std::size_t piece = 64 * 1024;     ///< bytes that arrive together
  std::chrono::nanoseconds pause{};  ///< before each piece
  /// The connection breaks after so many bytes of the body
  std::optional<std::size_t> cut;
};

/// The bridge's answer. `status` 0: the connection broke.
struct Reply {
  unsigned status = 0;
  std::string body;
  std::chrono::seconds retry_after{};
};

/// Sends a request to the bridge's router without sockets and HTTP parsing. As http::Session does,
/// it lets the Authenticator check the request first, and reads answers that come in pieces to
/// their end. `router` must outlive the coroutine.
http::asio::awaitable<Reply> ask(const http::Router& router, Call call);

}  // namespace alarum::simulation
