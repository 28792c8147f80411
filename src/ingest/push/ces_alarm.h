#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/object.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

// Alarms of Huawei's Cloud Eye within messages of SMN (docs/formats/smn.md). There are two forms:
// the body that Cloud Eye writes by itself, and the JSON of a notification content template that
// people write. The API's documents say otherwise in places; this is what the service sends.

/// Whether the message's JSON is such an alarm. A template is recognised by two of its variables.
bool is_ces_alarm(const Object& body);
/// Decodes the alarm. Level and end are read from the body, otherwise from the words of the
/// message's subject (English or Chinese). `json`: the text of `body`, which becomes `data`.
/// Errors: those of EventBuilder::finish().
Decoded decode_ces_alarm(const SignedMessage& message, const Object& body, std::string_view sender,
                         std::string_view json);

}  // namespace alarum::ingest
