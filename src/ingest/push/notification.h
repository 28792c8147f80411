#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

/// Decodes the event that a message of SMN or SNS carries (docs/formats/smn.md, sns.md): an alarm
/// of Cloud Eye or CloudWatch, an EventBridge event, or a CloudEvent. Any other text, and one of
/// these that lacks a required part, becomes an event `smn.notification` or `sns.notification` with
/// the topic as source: the message was signed and has an id, and a 4xx would lose it. The end of a
/// subscription becomes `smn.unsubscribed` or `sns.unsubscribed`. Pure.
Decoded decode_notification(const SignedMessage& message, std::string_view sender);

}  // namespace alarum::ingest
