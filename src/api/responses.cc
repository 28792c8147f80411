#include "api/responses.h"

#include <nlohmann/json.hpp>

#include "api/ask.h"

namespace alarum::api {

using http::Request;
using http::Response;

Response json(std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response refused(unsigned status, const std::string& message) {
  return json(
      nlohmann::json(message).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
      status);
}

Response too_busy() {
  return refused(503, "the engine did not answer in time");
}

Response failed(const Error& error) {
  const bool full = error.reason == "overloaded";
  auto response = refused(full ? 429 : 503, error.message);
  response.headers.emplace_back("Retry-After", full ? "1" : "10");
  return response;
}

std::optional<Response> wrong_type(const Request& request) {
  if (request.media_type() == "application/json") return std::nullopt;
  return refused(415, "send application/json");
}

asio::awaitable<Result<model::Offset>> change(Kept sources, model::Payload payload) {
  http::Completion<Result<model::Offset>> done(co_await asio::this_coro::executor);
  const bool taken = sources->control(std::move(payload), [done](Result<model::Offset> offset) {
    done.complete(std::move(offset));
  });
  if (!taken) co_return fail("stopping", "the daemon is stopping");
  auto offset = co_await done.wait();
  if (!offset) co_return std::unexpected(offset.error());
  const bool there = co_await booked(*sources->engine, *offset);
  if (!there)
    co_return fail("busy", "it is in the journal; the engine has not worked it off in time");
  co_return *offset;
}

}  // namespace alarum::api
