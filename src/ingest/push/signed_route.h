#pragma once
#include "base/snapshot.h"
#include "http/router.h"
#include "ingest/intake.h"
#include "ingest/push/certificates.h"
#include "ingest/push/confirmed.h"
#include "ingest/push/signed_message.h"
#include "ingest/routes.h"

namespace alarum::ingest {

/// What the routes of SMN and SNS use. All of it must outlive the server.
struct SignedPorts {
  const Snapshot<config::PushIngest>& pushes;
  Certificates& certificates;
  Fetcher& confirmations;
  Confirmed& confirmed;
  Intake& intake;
};

/// Adds `/ingest/smn` and `/ingest/sns`. Messages are authenticated by their signature, and
/// subscriptions to allowed topics are confirmed by asking their URL.
///
/// Fetches end within 3.5 s of the message's last byte, because the services give up after 5 s. A
/// message that cannot be judged now is answered 503, and the services send it again: no trusted
/// certificate could be fetched, overload. A message that must not be believed is answered 403 and
/// not sent again: unknown topic, bad URL, stale, bad signature. A body that is no message is
/// answered 400.
void add_signed_routes(http::Router& router, const RouteOptions& options, SignedPorts ports);

}  // namespace alarum::ingest
