#include "base/time.h"

#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <optional>

namespace alarum {
namespace {

using namespace std::chrono_literals;

bool digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return false;
  for (auto c : text.substr(at, count)) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

// Checks the grammar of RFC 3339 section 5.6. cctz accepts more (spaces, single digits).
bool is_rfc3339(std::string_view t) {
  if (!digits(t, 0, 4) || !digits(t, 5, 2) || !digits(t, 8, 2) || !digits(t, 11, 2) ||
      !digits(t, 14, 2) || !digits(t, 17, 2)) {
    return false;
  }
  if (t[4] != '-' || t[7] != '-' || (t[10] != 'T' && t[10] != 't') || t[13] != ':' || t[16] != ':')
    return false;
  std::size_t at = 19;
  if (at < t.size() && t[at] == '.') {
    const auto first = ++at;
    while (digits(t, at, 1)) ++at;
    if (at == first) return false;
  }
  if (at + 1 == t.size()) return t[at] == 'Z' || t[at] == 'z';
  return at + 6 == t.size() && (t[at] == '+' || t[at] == '-') && digits(t, at + 1, 2) &&
         t[at + 3] == ':' && digits(t, at + 4, 2);
}

int number(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) value = 10 * value + (c - '0');
  return value;
}

// Reads a text that passed is_rfc3339() by its positions, which is enough for nearly every time.
// nullopt for a leap second, and for fields out of range.
std::optional<Time> plain_time(std::string_view t) {
  const std::chrono::year_month_day day{std::chrono::year(number(t, 0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(t, 5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(t, 8, 2)))};
  const auto hours = number(t, 11, 2), minutes = number(t, 14, 2), seconds = number(t, 17, 2);
  if (!day.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  Duration part{};
  std::size_t at = 19;
  if (t[at] == '.') {
    auto unit = 100'000us;  // digits behind the microseconds are dropped
    for (++at; digits(t, at, 1); ++at, unit /= 10) part += unit * (t[at] - '0');
  }
  Duration ahead{};
  if (t[at] == '+' || t[at] == '-') {
    const auto offset_hours = number(t, at + 1, 2), offset_minutes = number(t, at + 4, 2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    ahead = std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes);
    if (t[at] == '-') ahead = -ahead;
  }
  return Time(std::chrono::sys_days(day)) + std::chrono::hours(hours) +
         std::chrono::minutes(minutes) + std::chrono::seconds(seconds) + part - ahead;
}

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 8> kUnits{{{"y", 24h * 365},
                                      {"w", 24h * 7},
                                      {"d", 24h},
                                      {"h", 1h},
                                      {"m", 1min},
                                      {"s", 1s},
                                      {"ms", 1ms},
                                      {"us", 1us}}};

std::unexpected<Error> bad_duration(std::string_view text) {
  return fail(
      "bad_duration",
      fmt::format("\"{}\" is not a duration; write for example 30s, 10m, 24h, 7d or 1h30m", text));
}

}  // namespace

Result<Time> parse_rfc3339(std::string_view text) {
  if (is_rfc3339(text)) {
    if (const auto time = plain_time(text)) return *time;
    std::string upper(text);
    upper[10] = 'T';  // cctz of Debian 12 does not know %ET
    if (upper.back() == 'z') upper.back() = 'Z';
    cctz::time_point<Duration> time;
    if (cctz::parse("%Y-%m-%dT%H:%M:%E*S%Ez", upper, cctz::utc_time_zone(), &time)) {
      return Time(time.time_since_epoch());
    }
  }
  return fail("bad_time",
              fmt::format("\"{}\" is not an RFC 3339 time such as 2026-11-23T20:18:27Z", text));
}

std::string format_rfc3339(Time time) {
  const auto part = time.time_since_epoch() % 1s;
  const char* form = part == 0us         ? "%Y-%m-%dT%H:%M:%SZ"
                     : part % 1ms == 0us ? "%Y-%m-%dT%H:%M:%E3SZ"
                                         : "%Y-%m-%dT%H:%M:%E6SZ";
  auto text = cctz::format(form, cctz::time_point<Duration>(time.time_since_epoch()),
                           cctz::utc_time_zone());
  // cctz writes years below 1000 without leading zeros.
  if (const auto dash = text.find('-', 1); dash < 4) text.insert(0, 4 - dash, '0');
  return text;
}

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  auto sum = Duration::zero();
  auto rest = text;
  std::size_t next_unit = 0;
  while (!rest.empty()) {
    std::uint64_t count = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (fault != std::errc() || count > 1'000'000'000'000) return bad_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto name = rest.substr(0, rest.find_first_of("0123456789"));
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return bad_duration(text);
    const auto length = kUnits[next_unit++].length;
    if (count > static_cast<std::uint64_t>((24h * 365'000 - sum) / length))
      return bad_duration(text);
    sum += length * static_cast<std::int64_t>(count);
    rest.remove_prefix(name.size());
  }
  if (text.empty()) return bad_duration(text);
  return sum;
}

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string text = duration < Duration::zero() ? "-" : "";
  auto rest = duration < Duration::zero() ? -duration : duration;
  for (const auto& [name, length] : kUnits) {
    if (name == "y" || name == "w") continue;
    const auto count = rest / length;
    if (count > 0) text += fmt::format("{}{}", count, name);
    rest -= count * length;
  }
  return text;
}

}  // namespace alarum
