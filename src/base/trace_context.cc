#include "base/trace_context.h"

#include <algorithm>

#include "base/hash.h"

namespace alarum {
namespace {

// Positions in `VV-TRACE-PARENT-FF`.
constexpr std::size_t kTrace = 3, kSpan = 36, kFlags = 53, kSize = 55;
constexpr std::size_t kMostState = 512;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text) {
  if (text.size() < kSize || text[2] != '-' || text[kSpan - 1] != '-' || text[kFlags - 1] != '-')
    return std::nullopt;
  const auto version = text.substr(0, 2), flags = text.substr(kFlags, 2);
  const auto trace = text.substr(kTrace, 32), span = text.substr(kSpan, 16);
  if (!is_hex(version) || version == "ff" || !is_hex(flags) || !is_id(trace) || !is_id(span))
    return std::nullopt;
  if (text.size() > kSize && (version == "00" || text[kSize] != '-')) return std::nullopt;
  const char low = flags[1];
  const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceParent{std::string(trace), std::string(span), digit % 2 == 1};
}

std::string child_traceparent(const TraceParent& parent, std::string_view name) {
  auto span = hex64(fnv1a(name, fnv1a(parent.span_id)));
  if (!is_id(span)) span.back() = '1';  // all zeros mean that there is none
  return "00-" + parent.trace_id + '-' + span + (parent.sampled ? "-01" : "-00");
}

bool is_tracestate(std::string_view text) {
  return !text.empty() && text.size() <= kMostState &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace alarum
