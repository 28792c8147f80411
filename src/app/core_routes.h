#pragma once
#include "app/core.h"
#include "http/router.h"
#include "ingest/routes.h"

namespace alarum::app {

/// The routes by which senders bring events, but those whose messages name others to be asked
/// (ingest::add_signed_routes). The core outlives the router.
void add_ingest_routes(http::Router& router, Core& core);
/// The whole API; the list of all routes is whatever was added before.
void add_api_routes(http::Router& router, Core& core);
/// All of these: what works without a server, sources or TLS. Handlers run on one `io_context` that
/// somebody polls, and need no helpers.
void add_core_routes(http::Router& router, Core& core);

ingest::RouteOptions route_options(const config::Config& config);

}  // namespace alarum::app
