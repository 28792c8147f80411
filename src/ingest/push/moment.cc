#include "ingest/push/moment.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace alarum::ingest {
namespace {

// `…+0800`: the offset as ISO 8601's basic form has it.
std::optional<Time> with_short_offset(std::string_view text) {
  if (text.size() < 6) return std::nullopt;
  const auto digits = text.substr(text.size() - 4);
  const char sign = text[text.size() - 5];
  if ((sign != '+' && sign != '-') || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  auto longer = std::string(text);
  longer.insert(longer.size() - 2, ":");
  const auto time = parse_rfc3339(longer);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

std::optional<Time> read_moment(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto time = with_short_offset(text)) return time;
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || !(number >= 0)) return std::nullopt;
  // Seconds until the year 5138, milliseconds from 1973 on, and so forth.
  double scale = 1e6;
  for (double bound = 1e11; number >= bound && scale > 1e-3; bound *= 1e3) scale /= 1e3;
  const auto micros = number * scale;
  return micros < 1e17 ? std::optional(Time(Duration(std::llround(micros)))) : std::nullopt;
}

}  // namespace alarum::ingest
