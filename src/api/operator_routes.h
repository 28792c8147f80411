#pragma once
#include "api/routes.h"

namespace alarum::api {

/// A JSON list, an object for each target: `target`, `waiting`, `in_flight`, `circuit` (`open`,
/// `closed`), `last_success`, `last_failure`, `detail`, `answer`.
std::string targets_json(const TargetStates& states);

/// The state of each target; nullopt: delivery did not answer within 5 s, or ends. `sources` must
/// outlive it.
http::asio::awaitable<std::optional<TargetStates>> targets_of(const Sources& sources);

/// Adds what an operator asks at three in the morning: `GET /api/v1/status`, `/api/v1/targets`,
/// `/api/v1/rejected`, `/api/v1/config`, `/api/v1/rules`, `/api/v1/rules/{alert}` and
/// `/api/v1/events`.
void add_operator_routes(http::Router& router, const std::shared_ptr<const Sources>& sources);

}  // namespace alarum::api
