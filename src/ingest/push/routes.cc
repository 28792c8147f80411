#include "ingest/push/routes.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/log.h"
#include "ingest/handshake.h"
#include "ingest/push/aws_event.h"
#include "ingest/push/eventgrid.h"
#include "ingest/push/json.h"
#include "ingest/push/named_decoder.h"
#include "ingest/push/redfish.h"
#include "ingest/random_id.h"

namespace alarum::ingest {
namespace {

Push push_of(model::Format format, const RouteOptions& options, Push::Decode decode) {
  Push push;
  push.format = format;
  push.decode = std::move(decode);
  push.body = options.body;
  push.event = options.event;
  return push;
}

Result<std::vector<Decoded>> by_mapping(const config::PushIngest& pushes,
                                        const http::Request& request, std::string_view body,
                                        Random& random) {
  const auto& name = request.parameters.at("name");
  const auto source = pushes.json.find(name);
  if (source != pushes.json.end())
    return decode_json(source->second, name, request, body,
                       [&random] { return random_id(random); });
  return fail(
      "unknown_source",
      fmt::format("the config has no json source \"{}\": add json: {{{}: {{…}}}}", name, name));
}

std::optional<http::Response> validated(const http::Request& request, std::string_view body) {
  const auto code = validation_code(body);
  if (!code) return std::nullopt;
  log::info("ingest", "an EventGrid subscription was validated", {{"sender", request.peer}});
  http::Response response;
  response.body = R"({"validationResponse":)" + json_quote(*code) + "}";
  return response;
}

void add_eventgrid(http::Router& router, const RouteOptions& options, Intake& intake) {
  auto push = push_of(model::Format::eventgrid, options,
                      [](const http::Request& request, std::string_view body, Time) {
                        return decode_eventgrid(request, body);
                      });
  push.reply = validated;
  push.overloaded = 503;
  add_push(router, "/ingest/eventgrid", std::move(push), intake);
  router.add("OPTIONS", "/ingest/eventgrid", http::Access::open, handshake);
}

// The subscription's context as JSON, by which the source that made the subscription recognises its
// events.
std::string_view context_of(const model::Event& event) {
  for (const auto& [name, value] : event.extensions()) {
    if (name == "context") return value;
  }
  return {};
}

}  // namespace

void add_push_routes(http::Router& router, const RouteOptions& options,
                     const Snapshot<config::PushIngest>& pushes, Intake& intake) {
  for (const auto& one : named_decoders()) {
    auto push = push_of(one.format, options, one.decode);
    push.overloaded = 503;  // each of them retries 5xx; not all know 429
    add_push(router, "/ingest/" + std::string(one.name), std::move(push), intake);
  }
  const auto eventbridge = [](const http::Request& request, std::string_view body, Time) {
    return decode_eventbridge(body, request.peer);
  };
  add_push(router, "/ingest/eventbridge", push_of(model::Format::eventbridge, options, eventbridge),
           intake);
  add_eventgrid(router, options, intake);
  const auto redfish = [&intake](const http::Request& request, std::string_view body, Time now) {
    auto events = decode_redfish(body, request.peer, now);
    if (events) intake.heard().came(request.peer);
    if (events && !events->empty() && events->front())
      intake.heard().came(context_of(*events->front()));
    return events;
  };
  auto bmcs = push_of(model::Format::redfish, options, redfish);
  bmcs.overloaded = 503;  // nothing says that a BMC knows 429
  add_push(router, "/ingest/redfish", std::move(bmcs), intake);
  const auto json = [&pushes, &intake](const http::Request& request, std::string_view body, Time) {
    return by_mapping(*pushes.get(), request, body, intake.random());
  };
  auto any = push_of(model::Format::json, options, json);
  any.github_forms = true;
  any.overloaded = 503;
  add_push(router, "/ingest/json/{name}", std::move(any), intake);
}

}  // namespace alarum::ingest
