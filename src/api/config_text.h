#pragma once
#include <string>
#include <vector>

#include "config/routing.h"

namespace alarum::api {

/// Routing as a config that Alertmanager's own tools read (YAML in its JSON form): routes, inhibit
/// rules, time intervals and the names of the receivers; nothing secret.
std::string config_text(const config::Routing& routing, const std::vector<std::string>& receivers);

}  // namespace alarum::api
