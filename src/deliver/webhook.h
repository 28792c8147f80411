#pragma once
#include <cstdint>
#include <string>

#include "model/notification.h"

namespace alarum::deliver {

struct WebhookFormat {
  std::string external_url;
  std::uint64_t max_alerts = 0;  ///< in one body; 0: all
};

/// The body of Alertmanager's webhook, version "4" (Alertmanager "webhook_config"). How an alert ended stands in the
/// annotation `resolved_reason`
/// (`recovered`; `timeout: not confirmed`), unless the rule has one of that name.
std::string webhook_body(const model::Message& message, const WebhookFormat& format);

/// `recovered`, `timeout: not confirmed`, …: how people are told of an end.
std::string told_reason(model::EndReason reason);

}  // namespace alarum::deliver
