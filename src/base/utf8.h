#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace alarum {

/// How many leading bytes of `text` are valid UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
/// Equal to text.size() when all of it is.
std::size_t valid_utf8_prefix(std::string_view text);

/// False, and one error with its place in `out`, when `text` is not valid UTF-8 throughout.
bool check_utf8(std::string_view text, const std::string& file, Diagnostics& out);

/// `json` with U+FFFD in place of each byte that is not UTF-8 and of each escaped surrogate that stands alone: as Go's encoding/json reads it.
std::string json_with_replacements(std::string_view json);

/// Appends a Unicode scalar value (not a surrogate) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace alarum
