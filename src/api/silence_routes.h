#pragma once
#include "api/routes.h"

namespace alarum::api {

/// Adds the silences of Alertmanager's API v2, and the dry run that it lacks: `POST
/// /api/v1/silences/check`.
void add_silence_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
