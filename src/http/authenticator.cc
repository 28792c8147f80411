#include "http/authenticator.h"

#include <bit>

#include "base/ascii.h"
#include "base/log.h"
#include "http/credentials.h"
#include "http/forwarded.h"
#include "http/offload.h"
#include "http/other_site.h"

namespace alarum::http {
namespace {

constexpr auto kOtherSite =
    "a web page of another site had a browser send this (Origin, Sec-Fetch-Site), and it is not "
    "taken. A sender that is no browser leaves these headers out, says "
    "Content-Type: application/json, or has a credential (auth)";

// A body that is in memory: it was read whole to verify its signature.
class ReadBody final : public BodyStream {
 public:
  ReadBody(std::string bytes, BodyStream& wire) : bytes_(std::move(bytes)), wire_(wire) {}
  asio::awaitable<Result<std::string>> read() override {
    auto piece = bytes_.substr(at_, 64 * 1024);
    at_ += piece.size();
    co_return piece;
  }
  bool hold(std::size_t bytes) override { return wire_.hold(bytes_.size() + bytes); }
  asio::thread_pool* helpers() override { return wire_.helpers(); }

 private:
  const std::string bytes_;
  BodyStream& wire_;
  std::size_t at_ = 0;
};

// Whether the request carries only what a browser adds by itself, whichever page asks it to: no
// credential, a stored password (Basic), or a client certificate.
bool proves_no_intent(const config::Credentials* demanded, const Request& request) {
  const auto given = request.header("authorization");
  return !demanded || request.certificate || (given && lowered(given->substr(0, 6)) == "basic ");
}

bool changes_something(const Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

}  // namespace

asio::awaitable<Response> Authenticator::pass(Request& request, BodyStream& body,
                                              const Handler& go_on, const Router::Found& route) {
  const auto auth = auth_.get();
  request.peer = sender_of(auth->proxies, request);
  config::Credentials either;
  const auto* const wanted = demanded(*auth, route.access, request.path, either);
  if (const bool asks = route.access != Access::open && route.access != Access::message;
      asks && changes_something(request) && proves_no_intent(wanted, request) &&
      is_of_another_site(request)) {
    co_return (*route.body_fault)(request, {"other_site", kOtherSite});
  }
  if (!wanted) {
    auto response = co_await go_on(request, body);
    co_return response;
  }
  const auto verdict = verify(*wanted, request, std::nullopt, now_());
  if (!verdict && needs_body(*wanted)) {
    auto response = co_await pass_signed(*wanted, request, body, go_on, route);
    co_return response;
  }
  if (!verdict) co_return refuse(*wanted, request, verdict.error(), route);
  request.proven = *verdict;
  auto response = co_await go_on(request, body);
  // RFC 6750 section 2.3: caches must not share the answer to a request with a token in its URL.
  if (query_token(request.query)) response.headers.emplace_back("Cache-Control", "private");
  co_return response;
}

asio::awaitable<Response> Authenticator::pass_signed(const config::Credentials& demanded,
                                                     Request& request, BodyStream& body,
                                                     const Handler& go_on,
                                                     const Router::Found& route) {
  auto bytes = co_await read_all(body, body_);
  if (!bytes) co_return (*route.body_fault)(request, bytes.error());
  const auto check = [&] { return verify(demanded, request, *bytes, now_()); };
  const auto verdict = co_await apart(body, bytes->size(), check);
  if (!verdict) co_return refuse(demanded, request, verdict.error(), route);
  request.proven = *verdict;
  ReadBody again(std::move(*bytes), body);
  auto response = co_await go_on(request, again);
  co_return response;
}

Response Authenticator::refuse(const config::Credentials& demanded, const Request& request,
                               const Error& error, const Router::Found& route) {
  // Log the first rejection, the second, the fourth and so on, because a flood of wrong keys must
  // not become a flood of lines.
  if (const auto count = ++refused_; std::has_single_bit(count)) {
    log::warn("http", "refused for want of a credential",
              {{"path", request.path},
               {"peer", request.peer},
               {"reason", error.reason},
               {"refused", count}});
  }
  auto response = unauthenticated(demanded, error);
  if (!route.shape) return response;
  auto shaped = (*route.shape)(response.status, error.reason, error.message);
  shaped.headers.insert(shaped.headers.end(), response.headers.begin(), response.headers.end());
  return shaped;
}

}  // namespace alarum::http
