#include "api/session_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/responses.h"
#include "base/time.h"
#include "http/other_site.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Kind = config::Credential::Kind;

constexpr std::size_t kMostBody = 16 << 10;  // bytes of a sign-in

// Which sign-ins the config allows.
Json ways_of(const config::Auth& auth) {
  auto ways = Json::array();
  for (const auto& [kind, word] : {std::pair(Kind::basic, "password"), {Kind::bearer, "token"}}) {
    const auto has = [kind = kind](const std::optional<config::Credentials>& list) {
      return list && std::ranges::any_of(*list, [&](const auto& one) { return one.kind == kind; });
    };
    if (has(auth.admin) || has(auth.view)) ways.push_back(word);
  }
  return ways;
}

http::Response show(http::Authenticator& gate, const http::Identity& who) {
  const auto auth = gate.auth();
  auto rights = Json::array();
  if (who.right >= http::Right::view) rights.push_back("view");
  if (who.right >= http::Right::change) rights.push_back("change");
  Json answer{{"required", auth->admin && !auth->admin->empty()},
              {"signed_in", who.by == http::Identity::By::session},
              {"by", nullptr},
              {"name", who.name},
              {"rights", std::move(rights)},
              {"ways", ways_of(*auth)}};
  if (who.by == http::Identity::By::session) answer["by"] = "session";
  if (who.by == http::Identity::By::request) answer["by"] = "request";
  if (who.end) answer["expires"] = format_rfc3339(*who.end);
  auto response = json(answer.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

struct SignInForm {
  http::SignIn::Way way = http::SignIn::Way::token;
  std::string secret;
};

Result<SignInForm> parse_sign_in(const std::string& body) {
  const auto form = nlohmann::json::parse(body, nullptr, false);
  const auto text = [&](const char* name) -> std::optional<std::string> {
    const auto found = form.find(name);
    if (found == form.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  if (form.is_object() && form.size() == 1) {
    if (auto token = text("token")) return SignInForm{http::SignIn::Way::token, *token};
  } else if (form.is_object() && form.size() == 2) {
    const auto username = text("username"), password = text("password");
    // A name with a colon would move the border between name and password.
    if (username && password && username->find(':') == std::string::npos)
      return SignInForm{http::SignIn::Way::password, *username + ':' + *password};
  }
  return fail("bad_request",
              "the body must be {\"username\": …, \"password\": …} or {\"token\": …}");
}

// A page of another site must not sign somebody in under a name of its own.
std::optional<http::Response> of_another_site(const http::Request& request) {
  const bool browser = request.header("origin") || request.header("sec-fetch-site");
  if (!browser || http::is_of_our_page(request)) return std::nullopt;
  return http::error_response(403, "other_site", "a web page of another site sent this");
}

Answer sign_in(http::Authenticator& gate, http::Request& request, http::BodyStream& stream) {
  if (request.media_type() != "application/json")
    co_return http::error_response(415, "bad_content_type", "send application/json");
  if (auto refused = of_another_site(request)) co_return std::move(*refused);
  const auto body = co_await http::read_all(stream, kMostBody);
  if (!body) co_return http::body_error(body.error());
  const auto form = parse_sign_in(*body);
  if (!form) co_return http::error_response(400, form.error().reason, form.error().message);
  std::chrono::seconds wait{};
  const auto cookie =
      gate.sign_in().open(*gate.auth(), request, form->way, form->secret, gate.now(), wait);
  if (!cookie) {
    gate.count_refusal(request, cookie.error());
    const auto status = cookie.error().reason == "too_many_sign_ins" ? 429 : 401;
    auto response = http::error_response(status, cookie.error().reason, cookie.error().message);
    if (wait > wait.zero())
      response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
    co_return response;
  }
  (void)gate.sign_in().close(request);  // the session that this browser had before
  http::Request again;
  again.peer = request.peer;
  again.headers.emplace_back("Cookie", cookie->substr(0, cookie->find(';')));
  auto response = show(gate, gate.identity(again));
  response.headers.emplace_back("Set-Cookie", *cookie);
  co_return response;
}

Answer who(http::Authenticator& gate, const http::Request& request) {
  co_return show(gate, gate.identity(request));
}

Answer sign_out(http::Authenticator& gate, const http::Request& request) {
  if (auto refused = of_another_site(request)) co_return std::move(*refused);
  auto response = json("", 204);
  response.headers.emplace_back("Set-Cookie", gate.sign_in().close(request));
  co_return response;
}

}  // namespace

void add_session_routes(http::Router& router, http::Authenticator& gate) {
  using Body = http::BodyStream;
  router.add("GET", "/api/v1/session", http::Access::open,
             [&gate](http::Request& request, Body&) { return who(gate, request); });
  router.add("POST", "/api/v1/session", http::Access::open,
             [&gate](http::Request& request, Body& body) { return sign_in(gate, request, body); });
  router.add("DELETE", "/api/v1/session", http::Access::open,
             [&gate](http::Request& request, Body&) { return sign_out(gate, request); });
}

}  // namespace alarum::api
