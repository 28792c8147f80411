#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/handler.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// What Azure's and Huawei's EventGrid post: CloudEvents (structured, batched, binary; Huawei also
/// `{"events": […]}`), or an array of Azure's own schema, whose `topic` is the source and whose
/// `data` is the payload. docs/formats/eventgrid.md. Errors of check_json;
/// `unsupported_media_type`; of an item `not_an_event`.
Result<std::vector<Decoded>> decode_eventgrid(const http::Request& request, std::string_view body);

/// Azure's handshake in its own schema: the code of a
/// `Microsoft.EventGrid.SubscriptionValidationEvent`, which the answer gives back. nullopt: the
/// body is something else.
std::optional<std::string> validation_code(std::string_view body);

}  // namespace alarum::ingest
