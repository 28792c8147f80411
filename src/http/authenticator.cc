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

constexpr auto kViewOnly =
    "this credential may read and not change anything (auth.view); changes need one of auth.admin";

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

// Whether a person may be meant who has signed in: the session then goes before what the browser
// adds by itself.
bool may_be_signed_in(const Request& request, const Router::Found& route) {
  const bool personal = route.access == Access::admin || route.access == Access::view ||
                        route.access == Access::either;
  return personal && !request.header("authorization") && session_cookie(request);
}

Response fault_of(const Router::Found& route, unsigned status, std::string_view reason,
                  std::string_view message) {
  return route.shape ? (*route.shape)(status, reason, message)
                     : error_response(status, reason, message);
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
  if (may_be_signed_in(request, route)) {
    if (const auto person = sign_in_.person(*auth, request, now_())) {
      if (auto refused = refuse(*person, request, route)) co_return std::move(*refused);
      request.proven = person->name;
      auto response = co_await go_on(request, body);
      co_return response;
    }
  }
  const auto verdict = verify(*wanted, request, std::nullopt, now_());
  if (!verdict && needs_body(*wanted)) {
    auto response = co_await pass_signed(*wanted, request, body, go_on, route);
    co_return response;
  }
  if (!verdict) {
    if (auto refused = view_only(request, route)) co_return std::move(*refused);
    co_return refuse(*wanted, request, verdict.error(), route);
  }
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

std::optional<Response> Authenticator::refuse(const SignIn::Person& person, const Request& request,
                                              const Router::Found& route) const {
  if (changes_something(request) && !is_of_our_page(request))
    return fault_of(route, 403, "other_site",
                    "with the cookie of a session, changes are taken from pages of this daemon "
                    "alone: Sec-Fetch-Site or Origin must say so, and Content-Type must be "
                    "application/json");
  if (route.access == Access::view || person.right == Right::change) return std::nullopt;
  return fault_of(route, 403, "view_only", kViewOnly);
}

std::optional<Response> Authenticator::view_only(const Request& request,
                                                 const Router::Found& route) const {
  const auto auth = auth_.get();
  const bool changes = route.access == Access::admin || route.access == Access::either;
  if (!changes || !auth->view || !verify(*auth->view, request, std::nullopt, now_()))
    return std::nullopt;
  return fault_of(route, 403, "view_only", kViewOnly);
}

Identity Authenticator::identity(const Request& request) {
  using By = Identity::By;
  const auto auth = auth_.get();
  if (!auth->admin || auth->admin->empty()) return {By::nothing, Right::change, ""};
  if (!request.header("authorization")) {
    if (const auto person = sign_in_.person(*auth, request, now_()))
      return {By::session, person->right, person->name, person->end};
  }
  if (const auto name = verify(*auth->admin, request, std::nullopt, now_()))
    return {By::request, Right::change, *name};
  if (!auth->view) return {};
  const auto name = verify(*auth->view, request, std::nullopt, now_());
  return name ? Identity{By::request, Right::view, *name} : Identity();
}

void Authenticator::count_refusal(const Request& request, const Error& error) {
  // Log the first rejection, the second, the fourth and so on, because a flood of wrong keys must
  // not become a flood of lines.
  if (const auto count = ++refused_; std::has_single_bit(count)) {
    log::warn("http", "refused for want of a credential",
              {{"path", request.path},
               {"peer", request.peer},
               {"reason", error.reason},
               {"refused", count}});
  }
}

Response Authenticator::refuse(const config::Credentials& demanded, const Request& request,
                               const Error& error, const Router::Found& route) {
  count_refusal(request, error);
  const bool over = error.reason == "unauthenticated" && session_cookie(request);
  const Error shown = over ? Error{"session_over", "the session is over: sign in again"} : error;
  const bool by_script = request.header("sec-fetch-dest").value_or("") == "empty";
  auto response = unauthenticated(demanded, shown, by_script);
  if (!route.shape) return response;
  auto shaped = (*route.shape)(response.status, shown.reason, shown.message);
  shaped.headers.insert(shaped.headers.end(), response.headers.begin(), response.headers.end());
  return shaped;
}

}  // namespace alarum::http
