#pragma once
#include <map>
#include <optional>
#include <string>

#include "api/routes.h"
#include "app/core.h"

namespace alarum::app {

/// `GET /api/v1/status`: all that tells whether the daemon does its work, in one JSON object
/// (docs/operations.md). `targets`: nullopt where delivery does not answer. Any thread.
std::string status_json(Core& core, const std::optional<api::TargetStates>& targets, Time started);

/// As the API shows them. `held`: how many notifications delivery has of each (Stage::held()).
api::TargetStates target_states(const deliver::Stage::TargetStates& states,
                                const std::map<std::string, std::size_t>& held);

}  // namespace alarum::app
