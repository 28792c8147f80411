#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace alarum {

/// Length of the character that `text` begins with, 1 to 4 bytes; 0 when it begins with none (also:
/// empty, or cut off).
std::size_t utf8_sequence(std::string_view text);

/// The scalar value of one whole character, as utf8_sequence() gives it.
char32_t utf8_code_point(std::string_view sequence);

/// How many leading bytes of `text` are valid UTF-8 (RFC 3629: no overlong forms, no surrogates, at
/// most U+10FFFF). Equal to text.size() when all of it is.
std::size_t valid_utf8_prefix(std::string_view text);

/// The beginning of `text`, at most so many bytes, cut between two characters.
std::string_view utf8_prefix(std::string_view text, std::size_t most);

/// False, and one error with its place in `out`, when `text` is not valid UTF-8 throughout.
bool check_utf8(std::string_view text, const std::string& file, Diagnostics& out);

/// Appends a Unicode scalar value (not a surrogate) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace alarum
