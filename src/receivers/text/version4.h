#pragma once
#include <cstdint>
#include <string>

#include "model/notification.h"

namespace alarum::receivers {

/// The body of Alertmanager's webhook, version "4" (its documentation, "webhook_config"). How an
/// alert ended stands in the annotation `resolved_reason`. `max_alerts`: 0: all.
std::string version4(const model::Message& message, const std::string& external_url,
                     std::uint64_t max_alerts = 0);

}  // namespace alarum::receivers
