#include "ingest/push/routes.h"

#include "ingest/push/alertmanager.h"

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

}  // namespace

void add_push_routes(http::Router& router, const RouteOptions& options, Intake& intake) {
  const auto alertmanager = [](const http::Request& request, std::string_view body, Time now) {
    return decode_alertmanager(body, request.peer, now);
  };
  auto push = push_of(model::Format::alertmanager, options, alertmanager);
  push.overloaded = 503;
  add_push(router, "/ingest/alertmanager", std::move(push), intake);
}

}  // namespace alarum::ingest
