#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace alarum::ingest {

// Decoders of CloudEvents 1.0.2. All are pure and may run on any thread. `sender`: the address that
// the event came from, stored with the event. The caller bounds the size of the text.

/// One item of a request: an event, or the reason why it is none.
using Decoded = Result<model::Event>;

/// The trace of a request: its headers `traceparent` and `tracestate`, which all events of the
/// request get that name no trace themselves. The caller has checked them; empty: there is none.
struct TraceHeaders {
  std::string parent, state;
};

constexpr std::size_t kMaxAttribute = 4096;    ///< bytes of one attribute's value
constexpr std::size_t kMaxExtensions = 64;     ///< extension attributes of one event
constexpr std::size_t kMaxAttributeName = 64;  ///< bytes; the standard says SHOULD 20

/// Decodes structured mode (JSON format section 3): one JSON object. Errors: `bad_json`,
/// `bad_utf8`, `too_deep`, `not_an_object`, `missing_attribute`, `bad_attribute`,
/// `bad_specversion`, `bad_data`.
Decoded decode_structured(std::string_view json, std::string_view sender,
                          const TraceHeaders& trace = {});

/// Decodes batched mode (JSON format section 4): an array. Each item has a result of its own. The
/// outer Result fails if the body as a whole is no JSON array: `not_an_array`, or the errors of
/// check_json. Of a longer array the first kMostItems + 1 items are decoded.
Result<std::vector<Decoded>> decode_batch(std::string_view json, std::string_view sender,
                                          const TraceHeaders& trace = {});

/// Decodes binary mode (HTTP binding section 3.1): the attributes are in `ce-*` headers, and the
/// body is the payload. A body with a JSON media type must be valid JSON.
Decoded decode_binary(const std::vector<std::pair<std::string, std::string>>& headers,
                      std::string_view body, std::string_view sender,
                      const TraceHeaders& trace = {});

/// Decodes the value of a `ce-*` header (HTTP binding section 3.1.3.2): removes quotes, decodes
/// percent-encoding once, and checks UTF-8. Error `bad_attribute`.
Result<std::string> decode_header_value(std::string_view value);

/// Whether a payload of that media type is JSON: `application/json`, `text/json`,
/// `application/problem+json; charset=utf-8`. Case and parameters do not matter.
bool is_json_media_type(std::string_view type);

}  // namespace alarum::ingest
