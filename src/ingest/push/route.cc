#include "ingest/push/route.h"

#include <memory>

#include "http/apart.h"
#include "ingest/push/form.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

unsigned status_of(const Error& fault) { return fault.reason == "unknown_source" ? 404 : fault.reason == "unsupported_media_type" ? 415 : 400; }

http::Response shaped(http::Response response, const Push& push) {
  if (response.status == 429) response.status = push.overloaded;
  return response;
}

}  // namespace

http::asio::awaitable<http::Response> take_push(const Push& push, Intake& intake, const http::Request& request, http::BodyStream& stream) {
  const bool form = push.github_forms && is_github_form(request);
  if (const auto type = request.media_type(); !push.any_type && !form && !is_json_media_type(type)) {
    const Error fault{"unsupported_media_type", "content type \"" + type + "\" is not taken here; send application/json"};
    intake.reject(push.format, request.peer, fault, "");
    co_return http::error_response(415, fault.reason, fault.message);
  }
  auto body = co_await http::read_all(stream, push.body);
  if (!body) co_return shaped(refuse_body(body.error(), push.format, intake, request), push);
  if (form) {
    auto payload = payload_of_form(*body);
    if (!payload) {
      intake.reject(push.format, request.peer, payload.error(), *body);
      co_return http::error_response(400, payload.error().reason, payload.error().message);
    }
    *body = std::move(*payload);
  }
  if (push.reply) {
    const auto reply = [&] { return push.reply(request, *body); };
    if (auto response = co_await http::apart(stream, body->size(), reply)) co_return *response;
  }
  const auto decode = [&] { return push.decode(request, *body, intake.now()); };
  auto events = co_await http::apart(stream, body->size(), decode);
  if (!events) {
    intake.reject(push.format, request.peer, events.error(), *body);
    co_return http::error_response(status_of(events.error()), events.error().reason, events.error().message);
  }
  for (auto& event : *events) refuse_past(event, push.event);
  auto response = co_await settle(std::move(*events), push.format, intake, request, *body, false);
  co_return shaped(std::move(response), push);
}

void add_push(http::Router& router, const std::string& path, Push push, Intake& intake) {
  // The coroutine takes both by reference: they live in the handler, and the handler in the server.
  const auto shared = std::make_shared<const Push>(std::move(push));
  const auto take = [shared, &intake](http::Request& request, http::BodyStream& body) { return take_push(*shared, intake, request, body); };
  router.add("POST", path, http::Access::ingest, take, [shared, &intake](const http::Request& request, const Error& error) { return shaped(refuse_body(error, shared->format, intake, request), *shared); });
}

}  // namespace alarum::ingest
