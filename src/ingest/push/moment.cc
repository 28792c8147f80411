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
  if ((sign != '+' && sign != '-') ||
      !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  auto longer = std::string(text);
  longer.insert(longer.size() - 2, ":");
  const auto time = parse_rfc3339(longer);
  return time ? std::optional(*time) : std::nullopt;
}

// As Cloud Eye writes it: `2026/11/28 22:56:15 GMT+08:00`, `01 12, 2024 13:51:16 GMT-03:00` (month
// first).
std::optional<Time> of_cloud_eye(std::string_view text) {
  const auto zone = text.find(" GMT");
  if (zone == std::string_view::npos) return std::nullopt;
  auto date = std::string(text.substr(0, zone));
  if (date.size() == 20 && date.substr(5, 2) == ", ")
    date = date.substr(7, 4) + '-' + date.substr(0, 2) + '-' + date.substr(3, 2) + date.substr(11);
  if (date.size() != 19 || date[10] != ' ') return std::nullopt;
  std::replace(date.begin(), date.begin() + 10, '/', '-');
  date[10] = 'T';
  const auto offset = text.substr(zone + 4);
  const auto time = parse_rfc3339(date + (offset.empty() ? "Z" : std::string(offset)));
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

std::optional<Time> read_moment(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return *time;
  if (const auto time = with_short_offset(text)) return time;
  if (const auto time = of_cloud_eye(text)) return time;
  double number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || !(number >= 0))
    return std::nullopt;
  // Seconds until the year 5138, milliseconds from 1973 on, and so forth.
  double scale = 1e6;
  for (double bound = 1e11; number >= bound && scale > 1e-3; bound *= 1e3) scale /= 1e3;
  const auto micros = number * scale;
  return micros < 1e17 ? std::optional(Time(Duration(std::llround(micros)))) : std::nullopt;
}

}  // namespace alarum::ingest
