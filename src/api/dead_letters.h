#pragma once
#include <functional>

#include "engine/stage.h"
#include "http/router.h"

namespace alarum::api {

/// `GET /api/v1/dead-letters` (causes and letters, newest first), `GET /api/v1/dead-letters/{id}` (with its body),
/// `POST /api/v1/dead-letters/redrive` {"ids": […], "dry_run": false}. No answer holds an address or a secret. `now`: wall clock; any thread.
void add_dead_letter_routes(http::Router& router, engine::Stage& engine, std::function<Time()> now);

}  // namespace alarum::api
