#pragma once
#include "api/routes.h"

namespace alarum::api {

/// Adds what v2 lacks: `GET /api/v1/history`, `GET /api/v1/lifecycle`, `POST
/// /api/v1/alerts/{id}/acknowledge`, `…/unacknowledge` and `POST /api/v1/alerts/{id}/resolve`.
void add_history_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
