#include "rules/pattern_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace alarum::rules {
namespace {

// Digits without leading and trailing zeros, and the power of ten of the last digit. Two decimals
// of equal value are equal here.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

Decimal normalised(std::string_view text) {
  Decimal out;
  out.negative = text.starts_with('-');
  if (out.negative) text.remove_prefix(1);
  const auto e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    auto power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), out.exponent);
  }
  bool fraction = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (fraction) --out.exponent;
    if (c != '0' || !out.digits.empty()) out.digits += c;
  }
  while (!out.digits.empty() && out.digits.back() == '0') {
    out.digits.pop_back();
    ++out.exponent;
  }
  if (out.digits.empty()) out = {};
  return out;
}

// A decimal of this few digits survives conversion to a normal double and back (DBL_DIG), so nearly
// all numbers need no further check.
bool has_few_digits(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text.substr(0, text.find_first_of("eE")))
    digits += c >= '0' && c <= '9' && (c != '0' || digits > 0) ? 1 : 0;
  return digits <= std::numeric_limits<double>::digits10;
}

// In scientific notation, which is always the shortest. In fixed notation large integers have all
// their digits: 2^60 is 1.152921504606847e18, but 1152921504606846976.
Decimal shortest_decimal(double value) {
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  return normalised({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

std::optional<double> comparable_number(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  const bool same =
      (std::isnormal(value) && has_few_digits(text)) || shortest_decimal(value) == normalised(text);
  if (!same) return std::nullopt;
  return value == 0 ? 0.0 : value;
}

std::optional<std::string> comparable_spelling(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  std::array<char, 400> digits;  // of an integer of 309 digits, in full
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::fixed, 0)
                       .ptr;
  if (normalised({digits.data(), static_cast<std::size_t>(end - digits.data())}) !=
      normalised(text))
    return std::nullopt;
  const auto shortest = shortest_decimal(value);
  return (shortest.negative ? "-" : "") + shortest.digits +
         std::string(static_cast<std::size_t>(std::max<std::int64_t>(shortest.exponent, 0)), '0');
}

}  // namespace alarum::rules
