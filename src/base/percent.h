#pragma once
#include <string>
#include <string_view>

namespace alarum {

/// The value of a hexadecimal digit; -1: it is none.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// RFC 3986: all but letters, digits and `-._~` as %XX, upper case.
std::string percent_encode(std::string_view text);
/// Whether `text` has a % without two hexadecimal digits behind it.
bool has_broken_escape(std::string_view text);
/// The bytes that `%XX` stand for; a broken escape stays as it is. In a form
/// (application/x-www-form-urlencoded) + is a space.
std::string percent_decode(std::string_view text);
std::string form_decode(std::string_view text);

}  // namespace alarum
