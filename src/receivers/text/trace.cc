#include "receivers/text/trace.h"

#include <string_view>

#include "base/trace_context.h"

namespace alarum::receivers {
namespace {

constexpr std::string_view kParentHeader = "traceparent: ";

}  // namespace

std::string trace_headers(const model::Message& message) {
  for (const auto& change : message.changes) {
    const auto& texts = change.alert.annotations;
    const auto parent = texts.find("traceparent");
    if (parent == texts.end() || !parse_traceparent(parent->second)) continue;
    auto lines = std::string(kParentHeader) + parent->second + '\n';
    const auto state = texts.find("tracestate");
    if (state != texts.end() && is_tracestate(state->second))
      lines += "tracestate: " + state->second + '\n';
    return lines;
  }
  return {};
}

void continue_trace(Attempt& attempt, const std::string& id) {
  for (auto& line : attempt.headers) {
    if (!line.starts_with(kParentHeader)) continue;
    const auto parent = parse_traceparent(std::string_view(line).substr(kParentHeader.size()));
    if (parent) line = std::string(kParentHeader) + child_traceparent(*parent, id);
  }
}

}  // namespace alarum::receivers
