#pragma once
#include "ingest/push/route.h"
#include "ingest/routes.h"

namespace alarum::ingest {

/// Adds `/ingest/…`: one route for each sender that posts to us in its own format.
void add_push_routes(http::Router& router, const RouteOptions& options, Intake& intake);

}  // namespace alarum::ingest
