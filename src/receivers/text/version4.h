#pragma once
#include <cstdint>
#include <string>

#include "model/notification.h"

namespace alarum::receivers {

/// The body of Alertmanager's webhook, version "4" (Alertmanager's documentation,
/// "webhook_config"). The reason of an end is in the annotation `resolved_reason`. At most
/// `max_alerts` alerts are in it; 0: all.
std::string version4(const model::Message& message, const std::string& external_url,
                     std::uint64_t max_alerts = 0);

}  // namespace alarum::receivers
