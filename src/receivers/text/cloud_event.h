#pragma once
#include <string>
#include <utility>
#include <vector>

#include "model/notification.h"

namespace alarum::receivers {

/// A message as a CloudEvent 1.0.2 of type `alarum.alert.firing` or `.resolved`. `source`: the
/// attribute of that name. Pure.
std::vector<std::pair<std::string, std::string>> cloud_event_attributes(
    const model::Message& message, const std::string& source);
/// In structured mode (JSON format), with the body of Alertmanager's webhook as data, its media
/// type and the headers of a trace.
model::Content structured_cloud_event(const model::Message& message, const std::string& source,
                                      const std::string& external_url);

}  // namespace alarum::receivers
