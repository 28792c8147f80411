#pragma once
#include <string>
#include <string_view>

namespace alarum {

/// The value of a hexadecimal digit of either case, 0 to 15; -1 for any other character.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Percent-encoding (RFC 3986 section 2.1). Every byte except the unreserved characters (letters,
/// digits and `-._~`, section 2.3) becomes `%XX` with upper-case digits, also `/`.
std::string percent_encode(std::string_view text);
/// Whether the text has a `%` that is not followed by two hexadecimal digits.
bool has_broken_escape(std::string_view text);
/// Replaces each `%XX` by the byte it stands for. A broken escape stays as it is. The result may
/// have any bytes, NUL and bytes that are not UTF-8 included.
std::string percent_decode(std::string_view text);
/// As percent_decode(), for a part of an application/x-www-form-urlencoded text (WHATWG URL
/// Standard section 5.1), in which `+` is a space.
std::string form_decode(std::string_view text);

}  // namespace alarum
