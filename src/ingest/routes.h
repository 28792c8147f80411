#pragma once
#include "config/event_limits.h"
#include "http/router.h"
#include "ingest/intake.h"
#include "ingest/ndjson.h"

namespace alarum::ingest {

struct RouteOptions {
  std::size_t body = 8 << 20;  ///< bytes of a request that is not streamed
  config::EventLimits event;
  bool ces_strict = false;
};

/// Adds `POST /v1/events`, its OPTIONS handshake (CloudEvents web hook 1.0.2 §4) and `POST
/// /V1.0/{project_id}/events` (Cloud Eye). `intake` must outlive the server.
void add_routes(http::Router& router, RouteOptions options, Intake& intake);

}  // namespace alarum::ingest
