#pragma once
#include <memory>

#include "api/routes.h"

namespace alarum::api {

/// Adds `POST /api/v1/playground`, `GET` and `POST /api/v1/backtest`, `GET` and `DELETE
/// /api/v1/backtest/{id}` and `GET /api/v1/rule-files`. They answer 503 where Sources::trials is
/// nullptr.
void add_trial_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
