#pragma once
#include "config/event_limits.h"
#include "http/router.h"
#include "ingest/intake.h"
#include "ingest/ndjson.h"

namespace alarum::ingest {

/// Limits of the routes, from the config. They are fixed at the start.
struct RouteOptions {
  std::size_t body = 8 << 20;  ///< bytes of a body that is read whole (all but NDJSON)
  config::EventLimits event;   ///< bytes and depth of one event
  bool ces_strict = false;     ///< as decode_ces() has it
};

/// Adds `POST /v1/events` (CloudEvents 1.0.2 in any mode, batches and NDJSON), its OPTIONS
/// handshake, and `POST /V1.0/{project_id}/events` (Cloud Eye, with answers in Cloud Eye's form).
/// A Content-Type that is not known is decided by the body's first character. `intake` must
/// outlive the server.
void add_routes(http::Router& router, RouteOptions options, Intake& intake);

}  // namespace alarum::ingest
