#pragma once
#include "ingest/cloudevents.h"
#include "ingest/push/signed_message.h"

namespace alarum::ingest {

/// What an SMN notification carries: an alarm of Cloud Eye, a CloudEvent (of EventGrid's SMN target), or anything else, which is an event
/// `smn.notification` of the topic. Of a confirmed unsubscription: `smn.unsubscribed`. docs/formats/smn.md.
Decoded decode_smn(const SignedMessage& message, std::string_view sender);

}  // namespace alarum::ingest
