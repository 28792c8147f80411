#pragma once
#include "api/routes.h"

namespace alarum::api {

/// Adds what Alertmanager's openapi.yaml (v2) has of alerts, groups, status and receivers. Errors
/// are JSON strings, as Alertmanager's.
void add_alertmanager_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
