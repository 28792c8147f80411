#pragma once
#include <string>
#include <vector>

#include "model/alert.h"

namespace alarum::api {

/// `GET /api/v2/alerts` (Alertmanager API v2, `gettableAlerts`), with what we know more: `id`, `rule`, `count`,
/// `lastSeen`, `reason`.
std::string alerts_json(const std::vector<model::Alert>& alerts, const std::string& receiver);

}  // namespace alarum::api
