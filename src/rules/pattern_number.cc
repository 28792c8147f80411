#include "rules/pattern_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace alarum::rules {
namespace {

// Digits without leading and trailing zeros, and the power of ten of the last one: two decimals of equal value read the same.
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

}  // namespace

std::optional<double> comparable_number(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  std::array<char, 32> shortest;
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value);
  const std::string_view back(shortest.data(), static_cast<std::size_t>(written.ptr - shortest.data()));
  if (back == text || normalised(back) == normalised(text)) return value == 0 ? 0.0 : value;
  return std::nullopt;
}

}  // namespace alarum::rules
