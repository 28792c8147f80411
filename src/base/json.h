#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace alarum {

constexpr std::size_t kMaxJsonDepth = 128;

/// Checks that `text` is one whole JSON text (RFC 8259): grammar, escapes, no lone surrogates,
/// UTF-8, at most `max_depth` nested arrays and objects; numbers of any length and size. Bytes past
/// text.size() are not read. Error: `bad_json`, `bad_utf8` or `too_deep`, with line, column and
/// byte of the first fault.
Result<void> check_json(std::string_view text, std::size_t max_depth = kMaxJsonDepth);

/// `json` with U+FFFD in place of each byte that is not UTF-8 and of each escaped surrogate that
/// stands alone: as Go's encoding/json reads it.
std::string json_with_replacements(std::string_view json);

/// `text` as a JSON string with its quotes. Must be valid UTF-8.
std::string json_quote(std::string_view text);

}  // namespace alarum
