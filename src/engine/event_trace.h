#pragma once
#include "model/alert.h"
#include "model/event.h"
#include "model/flat_event.h"

namespace alarum::engine {

/// Notes among the leaves of an event the trace that it belongs to (CloudEvents' extension
/// "Distributed Tracing"), so that trace_of() finds it. An invalid one is ignored, with its state
/// (W3C Trace Context, section 3.2.3).
void note_trace(model::FlatEvent& flat, const model::Event& event);
/// The annotations `traceparent` and `tracestate` that an alert keeps of the event that opens it;
/// empty if that has no trace.
model::Labels trace_of(const model::FlatEvent& flat);

}  // namespace alarum::engine
