#pragma once
#include <algorithm>
#include <string>
#include <string_view>

namespace alarum {

// Classification and case of ASCII characters that does not depend on the process's locale, unlike
// <cctype>. HTTP field names (RFC 9110 section 5.1), URL schemes (RFC 3986 section 3.1) and time
// stamps (RFC 3339) are ASCII by definition.
//
// All functions are pure, allocate only what they return, and may be called on any thread. A byte
// above 0x7F, such as a part of a UTF-8 character, is neither a letter nor a digit and has no case.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// A copy of `text` with A-Z replaced by a-z. UTF-8 text stays valid because other bytes are
/// copied.
inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

/// Whether both texts are equal when the case of ASCII letters is ignored. HTTP field names and URL
/// schemes are compared in this way.
constexpr bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, to_lower, to_lower);
}

/// The part of `text` between the first and the last character that is not in `blank`. The result
/// is a view into `text`, and empty if `text` has nothing but blanks.
constexpr std::string_view trimmed(std::string_view text, std::string_view blank = " \t") {
  const auto first = text.find_first_not_of(blank);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace alarum
