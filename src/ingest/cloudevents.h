#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace alarum::ingest {

/// One item of a request: an event, or why it is none.
using Decoded = Result<model::Event>;

constexpr std::size_t kMaxAttribute = 4096;  ///< bytes of one attribute's value
constexpr std::size_t kMaxExtensions = 64;
constexpr std::size_t kMaxAttributeName = 64;  ///< the standard says SHOULD 20

/// CloudEvents 1.0.2 in structured mode (JSON format §3): one JSON object. Reasons: `bad_json`,
/// `bad_utf8`, `too_deep`, `not_an_object`, `missing_attribute`, `bad_attribute`,
/// `bad_specversion`, `bad_data`.
Decoded decode_structured(std::string_view json, std::string_view sender);

/// Batched mode (JSON format §4): an array. The outer Result fails when the body as a whole is no
/// JSON array.
Result<std::vector<Decoded>> decode_batch(std::string_view json, std::string_view sender);

/// Binary mode (HTTP binding §3.1): attributes in `ce-*` headers, the body is the payload.
Decoded decode_binary(const std::vector<std::pair<std::string, std::string>>& headers,
                      std::string_view body, std::string_view sender);

/// HTTP binding §3.1.3.2: un-quotes, percent-decodes once, checks UTF-8. Error `bad_attribute`.
Result<std::string> decode_header_value(std::string_view value);

/// `application/json`, `text/json`, `application/problem+json; charset=utf-8`.
bool is_json_media_type(std::string_view type);

}  // namespace alarum::ingest
