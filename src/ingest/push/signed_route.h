#pragma once
#include "base/snapshot.h"
#include "http/router.h"
#include "ingest/intake.h"
#include "ingest/push/certificates.h"
#include "ingest/push/confirmed.h"
#include "ingest/push/signed_message.h"
#include "ingest/routes.h"

namespace alarum::ingest {

/// What the routes of SMN and SNS share. Lives as long as the server.
struct SignedPorts {
  const Snapshot<config::PushIngest>& pushes;
  Certificates& certificates;
  Fetcher& confirmations;
  Confirmed& confirmed;
  Intake& intake;
};

/// Adds `/ingest/smn` and `/ingest/sns`. Subscriptions to allowed topics are confirmed. Each
/// message is answered within 3.5 s of its last byte, as far as it waits for others: the services
/// give up after 5 s. What cannot be judged now (certificate not to be had, overload) is answered
/// 503, which the services send again; what is not to be believed 403, which they do not.
void add_signed_routes(http::Router& router, const RouteOptions& options, SignedPorts ports);

}  // namespace alarum::ingest
