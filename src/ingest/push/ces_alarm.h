#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/object.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

/// An alarm of Cloud Eye, as SMN carries it (docs/formats/smn.md): the body that Cloud Eye writes
/// by itself, or the JSON of a notification content template, in `data` or by itself. Its API's
/// documents say otherwise in places; this is what is sent.
bool is_ces_alarm(const Object& body);
Decoded decode_ces_alarm(const SignedMessage& message, const Object& body, std::string_view sender,
                         std::string_view json);

}  // namespace alarum::ingest
