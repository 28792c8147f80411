#pragma once
#include <memory>

#include "api/routes.h"
#include "http/router.h"

namespace alarum::api {

/// `GET /api/v1/dead-letters` (causes and letters, newest first), `GET /api/v1/dead-letters/{id}`
/// (with its body), `POST /api/v1/dead-letters/redrive` {"ids": […], "dry_run": false}. No answer
/// holds an address or a secret.
void add_dead_letter_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
