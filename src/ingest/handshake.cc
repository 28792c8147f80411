#include "ingest/handshake.h"

namespace alarum::ingest {

http::asio::awaitable<http::Response> handshake(http::Request& request, http::BodyStream&) {
  http::Response response;
  response.headers.emplace_back("Allow", "POST, OPTIONS");
  if (const auto origin = request.header("WebHook-Request-Origin")) {
    response.headers.emplace_back("WebHook-Allowed-Origin", std::string(*origin));
    response.headers.emplace_back("WebHook-Allowed-Rate", "*");
  }
  co_return response;
}

}  // namespace alarum::ingest
