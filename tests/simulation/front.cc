#include "tests/simulation/front.h"

#include <algorithm>
#include <charconv>

#include "http/authenticator.h"

namespace alarum::simulation {
namespace {

namespace asio = http::asio;

class StringBody final : public http::BodyStream {
 public:
  explicit StringBody(const Call& call) : call_(call) {}
  asio::awaitable<Result<std::string>> read() override {
    if (call_.pause.count() > 0) {
      http::Timer timer(co_await asio::this_coro::executor);
      co_await timer.pause(call_.pause);
    }
    const auto end = std::min(call_.cut.value_or(call_.body.size()), call_.body.size());
    if (at_ == end && call_.cut)
      co_return fail("body_truncated", "the connection ended within the body");
    auto piece = call_.body.substr(at_, std::min(call_.piece, end - at_));
    at_ += piece.size();
    co_return piece;
  }

 private:
  const Call& call_;
  std::size_t at_ = 0;
};

Reply reply_of(const http::Response& response) {
  Reply reply;
  reply.status = response.status;
  for (const auto& [name, value] : response.headers) {
    if (name != "Retry-After") continue;
    int seconds = 0;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    reply.retry_after = std::chrono::seconds(seconds);
  }
  return reply;
}

asio::awaitable<http::Response> answer(const http::Router& router, http::Request& request,
                                       http::BodyStream& body) {
  const auto route = router.find(request);
  if (!route.handler) co_return router.fault(request, route.status, "not_found", request.path);
  if (auto* const gate = router.gate()) {
    auto response = co_await gate->pass(request, body, *route.handler, route);
    co_return response;
  }
  auto response = co_await (*route.handler)(request, body);
  co_return response;
}

}  // namespace

asio::awaitable<Reply> ask(const http::Router& router, Call call) {
  http::Request request;
  request.method = call.method, request.path = call.path, request.query = call.query,
  request.headers = call.headers, request.peer = call.peer;
  StringBody body(call);
  auto response = co_await answer(router, request, body);
  auto reply = reply_of(response);
  reply.body = std::move(response.body);
  while (response.more) {
    auto piece = co_await response.more();
    if (!piece) reply.status = 0;  // cut off
    if (!piece || piece->empty()) break;
    reply.body += *piece;
  }
  co_return reply;
}

}  // namespace alarum::simulation
