#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/object.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

/// EventBridge's envelope: `source`, `detail-type`, `detail`. `data` is the detail as it stands.
/// `status` of CloudWatch's state changes and of Health's events. `topic`: empty, or the SNS topic
/// it came by.
bool is_eventbridge_event(const Object& body);
Decoded decode_eventbridge_event(const Object& body, model::Format format, std::string_view topic,
                                 std::string_view sender);

/// The body of EventBridge's API destinations and pipes: an event or an array of them. Errors of
/// check_json; `not_an_event`.
Result<std::vector<Decoded>> decode_eventbridge(std::string_view json, std::string_view sender);

/// What CloudWatch tells an SNS topic of an alarm ("AlarmName", "NewStateValue").
bool is_cloudwatch_alarm(const Object& body);
Decoded decode_cloudwatch_alarm(const SignedMessage& message, const Object& body,
                                std::string_view sender, std::string_view json);

}  // namespace alarum::ingest
