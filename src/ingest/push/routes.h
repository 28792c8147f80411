#pragma once
#include "base/snapshot.h"
#include "config/push_ingest.h"
#include "ingest/push/route.h"
#include "ingest/routes.h"

namespace alarum::ingest {

/// Adds the routes of senders that post in a format of their own: `/ingest/alertmanager`,
/// `/ingest/eventbridge`, `/ingest/eventgrid` (with its handshake), `/ingest/redfish` and
/// `/ingest/json/{name}`. SMN and SNS have add_signed_routes(). `pushes`: the mappings of the
/// config, which a reload replaces. `pushes` and `intake` must outlive the server.
void add_push_routes(http::Router& router, const RouteOptions& options,
                     const Snapshot<config::PushIngest>& pushes, Intake& intake);

}  // namespace alarum::ingest
