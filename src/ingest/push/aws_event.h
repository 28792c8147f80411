#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/object.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

// AWS' own event formats, which arrive by EventBridge or within messages of SNS (see eventgrid.md
// and sns.md in docs/formats). All functions are pure.

/// Whether the object is an EventBridge event: it has `source`, `detail-type` and `detail`.
bool is_eventbridge_event(const Object& body);
/// Decodes such an event; `data` is the detail, byte for byte. The status comes from CloudWatch's
/// state changes and from Health's events; others have none. `format`: how the event came. `topic`:
/// the SNS topic by which it came, or empty. Errors: those of EventBuilder::finish().
Decoded decode_eventbridge_event(const Object& body, model::Format format, std::string_view topic,
                                 std::string_view sender);

/// Decodes what EventBridge's API destinations and pipes post: an event or an array of events.
/// Errors of the body: those of check_json. Of an item: `not_an_event`.
Result<std::vector<Decoded>> decode_eventbridge(std::string_view json, std::string_view sender);

/// Whether the object is what CloudWatch sends to an SNS topic about an alarm (it has `AlarmName`
/// and `NewStateValue`).
bool is_cloudwatch_alarm(const Object& body);
/// Decodes such a message: ALARM fires, OK resolves, INSUFFICIENT_DATA changes nothing. `json`: the
/// text of `body`, which becomes `data`.
Decoded decode_cloudwatch_alarm(const SignedMessage& message, const Object& body,
                                std::string_view sender, std::string_view json);

}  // namespace alarum::ingest
