#include "ingest/push/route.h"

#include <memory>

#include "http/offload.h"
#include "ingest/push/form.h"
#include "ingest/settle.h"

namespace alarum::ingest {
namespace {

unsigned refusal_status(const Error& fault) {
  return fault.reason == "unknown_source" ? 404 : 400;
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

http::Response shaped(http::Response response, const Push& push) {
  if (response.status == 429) response.status = push.overloaded;
  return response;
}

}  // namespace

http::asio::awaitable<http::Response> take_push(const Push& push, Intake& intake,
                                                const http::Request& request,
                                                http::BodyStream& stream) {
  const bool form = push.github_forms && is_github_form(request);
  auto body = co_await http::read_all(stream, push.body);
  if (!body) co_return shaped(refuse_body(body.error(), push.format, intake, request), push);
  // RFC 8259 section 8.1: a parser may ignore a byte order mark.
  if (body->starts_with(kByteOrderMark)) body->erase(0, kByteOrderMark.size());
  if (form) {
    auto payload = payload_of_form(*body);
    if (!payload) co_return refused(intake, push.format, request, payload.error(), *body);
    *body = std::move(*payload);
  }
  if (push.reply) {
    const auto reply = [&] { return push.reply(request, *body); };
    if (auto response = co_await http::apart(stream, body->size(), reply)) co_return *response;
  }
  const auto decode = [&] { return push.decode(request, *body, intake.now()); };
  auto events = co_await http::apart(stream, body->size(), decode);
  if (!events)
    co_return refused(intake, push.format, request, events.error(), *body,
                      refusal_status(events.error()));
  for (auto& event : *events) refuse_past(event, push.event);
  auto response = co_await settle(std::move(*events), push.format, intake, request, *body, false);
  co_return shaped(std::move(response), push);
}

void add_push(http::Router& router, const std::string& path, Push push, Intake& intake) {
  // The coroutine refers to both. They live in the handler, which lives in the router, which
  // outlives the coroutine.
  const auto shared = std::make_shared<const Push>(std::move(push));
  const auto take = [shared, &intake](http::Request& request, http::BodyStream& body) {
    return take_push(*shared, intake, request, body);
  };
  router.add("POST", path, http::Access::ingest, take,
             [shared, &intake](const http::Request& request, const Error& error) {
               return shaped(refuse_body(error, shared->format, intake, request), *shared);
             });
}

}  // namespace alarum::ingest
