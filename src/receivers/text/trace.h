#pragma once
#include <string>

#include "model/notification.h"
#include "receivers/receiver.h"

namespace alarum::receivers {

/// The headers `traceparent` and `tracestate` for Content::headers, each ended by a line feed: of
/// the first alert that an event with a trace opened (W3C Trace Context). Empty: there is none.
std::string trace_headers(const model::Message& message);
/// Makes the `traceparent` of an attempt that of a span of its own, derived from the notification's
/// id. Nothing where there is none. For Receiver::prepare().
void continue_trace(Attempt& attempt, const std::string& id);

}  // namespace alarum::receivers
