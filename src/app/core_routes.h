#pragma once
#include "app/core.h"
#include "http/router.h"
#include "ingest/routes.h"

namespace alarum::app {

/// Adds the routes by which senders bring events, except those of SMN and SNS, which need a client
/// (ingest::add_signed_routes). `core` must outlive the router, here and below.
void add_ingest_routes(http::Router& router, Core& core);
/// Adds the whole API. Its list of routes has those that were added before this call.
void add_api_routes(http::Router& router, Core& core);
/// Adds all of these: everything that works without a server, sources or TLS. The simulator uses
/// it; the handlers then run on one io_context that it polls, without a worker pool.
void add_core_routes(http::Router& router, Core& core);

/// The limits of the ingest routes, as the config has them.
ingest::RouteOptions route_options(const config::Config& config);

}  // namespace alarum::app
