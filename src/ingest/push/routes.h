#pragma once
#include "base/snapshot.h"
#include "config/push_ingest.h"
#include "ingest/push/route.h"
#include "ingest/routes.h"

namespace alarum::ingest {

/// Adds `/ingest/…`: one route for each sender that posts to us in its own format. `pushes` and
/// `intake` must outlive the server.
void add_push_routes(http::Router& router, const RouteOptions& options,
                     const Snapshot<config::PushIngest>& pushes, Intake& intake);

}  // namespace alarum::ingest
