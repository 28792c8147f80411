#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

/// The event that a message of SMN or SNS carries: an alarm of Cloud Eye or CloudWatch, an
/// EventBridge event, a CloudEvent, or anything else (also one of these that lacks what it must
/// have), which is `smn.notification` or `sns.notification` of the topic. Of a confirmed
/// unsubscription: `….unsubscribed`. docs/formats/smn.md, sns.md.
Decoded decode_notification(const SignedMessage& message, std::string_view sender);

}  // namespace alarum::ingest
