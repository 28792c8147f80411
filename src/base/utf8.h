#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace alarum {

/// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. All
/// functions are pure, borrow their arguments, and may be called on any thread.
///
/// The length in bytes, 1 to 4, of the character at the beginning of `text`. 0 if there is none:
/// the text is empty, ends within the character, or is not UTF-8 there.
std::size_t utf8_sequence(std::string_view text);

/// The code point of one whole, valid character: exactly the bytes that utf8_sequence() counted.
char32_t utf8_code_point(std::string_view sequence);

/// How many bytes at the beginning of `text` are valid UTF-8. It equals text.size() if all of it
/// is. Checks eight bytes at a time while they are ASCII.
std::size_t valid_utf8_prefix(std::string_view text);

/// The longest beginning of `text` that has at most `most` bytes and does not cut a character. A
/// text that is longer than `most` is also cut before its first byte that is not UTF-8.
std::string_view utf8_prefix(std::string_view text, std::size_t most);

/// Whether all of `text` is UTF-8. If not, adds one error with the place of the first wrong byte,
/// column in bytes, to `out`.
bool check_utf8(std::string_view text, const std::string& file, Diagnostics& out);

/// Appends a Unicode scalar value as UTF-8. The caller has checked that it is at most U+10FFFF and
/// not a surrogate.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace alarum
