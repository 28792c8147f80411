#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace alarum {

// Letters and digits of ASCII, whatever the locale: header names (RFC 9110 section 5.1), schemes,
// time stamps.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

/// Whether they differ in nothing but the case of letters: names of headers, schemes.
constexpr bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, to_lower, to_lower);
}

/// Without the `blank` characters at both ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view blank = " \t") {
  const auto first = text.find_first_not_of(blank);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace alarum
