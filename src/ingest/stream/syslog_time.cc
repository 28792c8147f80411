#include "ingest/stream/syslog_time.h"

#include <cctz/civil_time.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/push/moment.h"

namespace alarum::ingest {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Up to `most` digits; nullopt where none stands.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t n = 0;
  for (; n < most && n < text.size() && is_digit(text[n]); ++n) value = value * 10 + (text[n] - '0');
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;  ///< year 0: not said
  int micros = 0;
};

std::optional<Time> time_of(const Moment& m, int year, const cctz::time_zone& zone) {
  const cctz::civil_second civil(year, m.month, m.day, m.hour, m.minute, m.second);
  if (civil.month() != m.month || civil.day() != m.day) return std::nullopt;  // 29 February of another year
  return std::chrono::time_point_cast<Duration>(cctz::convert(civil, zone)) + Duration(m.micros);
}

// The year that brings it nearest to now: a message of 31 December that arrives on 1 January is a day old.
std::optional<Time> nearest(const Moment& m, const cctz::time_zone& zone, Time now) {
  const auto this_year = static_cast<int>(cctz::convert(std::chrono::time_point_cast<std::chrono::seconds>(now), zone).year());
  std::optional<Time> best;
  for (const int year : {this_year, this_year - 1, this_year + 1}) {
    const auto time = time_of(m, year, zone);
    if (time && (!best || std::chrono::abs(*time - now) < std::chrono::abs(*best - now))) best = time;
  }
  return best;
}

bool take_clock(std::string_view& text, Moment& m) {
  const auto hour = take_number(text, 2);
  const auto minute = hour && take(text, ':') ? take_number(text, 2) : std::nullopt;
  const auto second = minute && take(text, ':') ? take_number(text, 2) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return false;
  m.hour = *hour, m.minute = *minute, m.second = std::min(*second, 59);
  if (text.size() > 1 && text[0] == '.' && is_digit(text[1])) {
    text.remove_prefix(1);
    int scale = 100000;
    for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), scale /= 10) m.micros += (text[0] - '0') * scale;
  }
  return true;
}

// `Mmm dd [yyyy ]hh:mm:ss[.fff][ yyyy]`
std::optional<Moment> take_bsd(std::string_view& text) {
  const auto month = std::ranges::find(kMonths, text.substr(0, 3));
  if (month == kMonths.end()) return std::nullopt;
  Moment m;
  m.month = static_cast<int>(month - kMonths.begin()) + 1;
  text.remove_prefix(3);
  if (!take(text, ' ')) return std::nullopt;
  take(text, ' ');
  const auto day = take_number(text, 2);
  if (!day || *day < 1 || *day > 31 || !take(text, ' ')) return std::nullopt;
  m.day = *day;
  if (text.size() > 5 && is_digit(text[3]) && text[4] == ' ') {
    m.year = take_number(text, 4).value_or(0);
    take(text, ' ');
  }
  if (!take_clock(text, m)) return std::nullopt;
  return m;
}

// What Cisco writes after it: ` UTC`. A word that a colon ends, or it is the host.
void skip_zone_letters(std::string_view& text) {
  if (!text.starts_with(' ')) return;
  std::size_t n = 1;
  while (n < text.size() && n <= 5 && text[n] >= 'A' && text[n] <= 'Z') ++n;
  if (n > 1 && n < text.size() && text[n] == ':') text.remove_prefix(n);
}

}  // namespace

std::optional<Time> take_syslog_time(std::string_view& text, const cctz::time_zone& zone, Time now) {
  auto rest = text;
  if (!rest.empty() && is_digit(rest[0])) {
    const auto end = std::min(rest.find(' '), rest.size());
    auto word = rest.substr(0, end);
    if (word.ends_with(':')) word.remove_suffix(1);
    const auto time = word.size() >= 19 && word.find('T') != std::string_view::npos ? read_moment(word) : std::nullopt;
    if (time) text.remove_prefix(end);
    return time;
  }
  if (rest.starts_with('*') || rest.starts_with('.')) rest.remove_prefix(1);
  const auto moment = take_bsd(rest);
  if (!moment || (!rest.empty() && rest[0] != ' ' && rest[0] != ':')) return std::nullopt;
  skip_zone_letters(rest);
  const auto time = moment->year > 0 ? time_of(*moment, moment->year, zone) : nearest(*moment, zone, now);
  if (time) text = rest;
  return time;
}

}  // namespace alarum::ingest
