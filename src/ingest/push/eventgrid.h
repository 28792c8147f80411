#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/handler.h"
#include "ingest/cloudevents.h"

namespace alarum::ingest {

/// Decodes what Azure's and Huawei's EventGrid post (docs/formats/eventgrid.md): CloudEvents
/// (structured, batched or binary; Huawei also sends `{"events": […]}`), or an array of Azure's own
/// schema, whose `topic` becomes the source and whose `data` the payload. The form is recognised by
/// the body, whatever the Content-Type says. Pure. Errors of the body: those of check_json. Of an
/// item: `not_an_event`, and those of the CloudEvents decoders.
Result<std::vector<Decoded>> decode_eventgrid(const http::Request& request, std::string_view body);

/// Azure's handshake in its own schema: the validation code of a
/// `Microsoft.EventGrid.SubscriptionValidationEvent`, which the answer must repeat. nullopt if the
/// body is anything else.
std::optional<std::string> validation_code(std::string_view body);

}  // namespace alarum::ingest
