#include "engine/event_trace.h"

#include "base/trace_context.h"

namespace alarum::engine {
namespace {

// Where the trace stands among the leaves. Paths with a `#` cannot be written in rules.
constexpr const char* kTraceParent = "#traceparent";
constexpr const char* kTraceState = "#tracestate";

}  // namespace

void note_trace(model::FlatEvent& flat, const model::Event& event) {
  std::string_view parent, state;
  for (const auto& [name, json] : event.extensions()) {
    if (name == "traceparent" && json.size() > 2) parent = json.substr(1, json.size() - 2);
    if (name == "tracestate" && json.size() > 2) state = json.substr(1, json.size() - 2);
  }
  if (parent.empty() || !parse_traceparent(parent)) return;
  flat.set(kTraceParent, model::LeafKind::string, parent);
  const bool plain = state.find('\\') == std::string_view::npos && is_tracestate(state);
  if (plain) flat.set(kTraceState, model::LeafKind::string, state);
}

model::Labels trace_of(const model::FlatEvent& flat) {
  model::Labels trace;
  for (const auto* path : {kTraceParent, kTraceState}) {
    const auto leaves = flat.at(path);
    if (!leaves.empty()) trace.emplace(path + 1, leaves.front().text);
  }
  return trace;
}

}  // namespace alarum::engine
