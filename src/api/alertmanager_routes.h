#pragma once
#include "api/routes.h"

namespace alarum::api {

/// Adds `/api/v2/…` (Alertmanager's openapi.yaml) and what it lacks: `GET /api/v1/history`, `POST /api/v1/silences/check`,
/// `POST /api/v1/alerts/{id}/acknowledge`. Errors of v2 are JSON strings, as Alertmanager's.
void add_alertmanager_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
