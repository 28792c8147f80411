#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum {

// W3C Trace Context (Recommendation of 23 November 2021): how a request names the trace that it
// belongs to. All functions are pure.

/// The header `traceparent` (section 3.2), in lower-case hexadecimal digits.
struct TraceParent {
  std::string trace_id;  ///< 32
  std::string span_id;   ///< 16; the standard calls it parent-id
  bool sampled = false;  ///< the only flag of version 00
};
/// nullopt: the text is invalid, so that it must be ignored. Of a version above 00 the parts of
/// version 00 are read, as section 3.2.4 wants it.
std::optional<TraceParent> parse_traceparent(std::string_view text);
/// The `traceparent` of a request that is caused by `parent`: the same trace, and a new span whose
/// id is derived from `name`, so that it is the same again in each attempt and each replay.
std::string child_traceparent(const TraceParent& parent, std::string_view name);

/// Whether a `tracestate` (section 3.3) may be passed on: 1 to 512 printable ASCII characters. Its
/// members belong to others and are not read.
bool is_tracestate(std::string_view text);

}  // namespace alarum
