#include "ingest/stream/syslog_time.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ingest/stream/syslog_readings.h"
#include "ingest/stream/syslog_text.h"
#include "model/event_time.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"mon", "tue", "wed", "thu",
                                                    "fri", "sat", "sun"};

std::string_view letters_of(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && n < 12 && is_letter(text[n])) ++n;
  return text.substr(0, n);
}

// `Jan`, `JAN`, `July`.
bool take_month(std::string_view& text, SyslogDate& date) {
  const auto word = letters_of(text);
  if (word.size() < 3) return false;
  const auto name = lowered(word);
  const auto month = std::ranges::find_if(
      kMonths, [&](std::string_view m) { return name == m || name == m.substr(0, 3); });
  if (month == kMonths.end()) return false;
  date.month = static_cast<int>(month - kMonths.begin()) + 1;
  text.remove_prefix(word.size());
  return true;
}

bool take_day(std::string_view& text, SyslogDate& date) {
  skip_syslog_blanks(text);
  const auto day = take_syslog_number(text, 1, 2);
  date.day = day.value_or(0);
  return day && *day >= 1 && *day <= 31;
}

bool take_year(std::string_view& text, SyslogDate& date) {
  auto rest = text;
  const auto year = take_syslog_number(rest, 4, 4);
  if (!year || *year < 1970 || *year > 2199) return false;
  date.year = *year;
  text = rest;
  return true;
}

// `.25`, `,123`, and Comware's `:809`. Digits past microseconds are dropped. More than six behind a
// comma are the next field of a list.
void take_fraction(std::string_view& text, SyslogDate& date) {
  if (text.size() < 2 || !is_digit(text[1])) return;
  std::size_t digits = 0;
  while (1 + digits < text.size() && is_digit(text[1 + digits])) ++digits;
  if (text[0] != '.' && !(text[0] == ',' && digits <= 6) && !(text[0] == ':' && digits == 3))
    return;
  int scale = 100000;
  for (std::size_t i = 1; i <= digits; ++i, scale /= 10) date.micros += (text[i] - '0') * scale;
  text.remove_prefix(1 + digits);
}

bool take_clock(std::string_view& text, SyslogDate& date) {
  const auto hour = take_syslog_number(text, 1, 2);
  const auto minute =
      hour && take_syslog_char(text, ':') ? take_syslog_number(text, 2, 2) : std::nullopt;
  const auto second =
      minute && take_syslog_char(text, ':') ? take_syslog_number(text, 2, 2) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return false;
  date.hour = *hour, date.minute = *minute, date.second = *second;
  take_fraction(text, date);
  return true;
}

// `Mmm dd [yyyy] hh:mm:ss`, also with the weekday before it: RFC 3164, Cisco, Comware, VRP, ONTAP.
bool take_month_first(std::string_view& text, SyslogDate& date) {
  const auto weekday = letters_of(text);
  if (weekday.size() == 3 && std::ranges::count(kWeekdays, lowered(weekday)) > 0) {
    text.remove_prefix(3);
    take_syslog_char(text, ',');
    skip_syslog_blanks(text);
  }
  if (!take_month(text, date) || !text.starts_with(' ') || !take_day(text, date) ||
      !text.starts_with(' '))
    return false;
  skip_syslog_blanks(text);
  if (take_year(text, date)) skip_syslog_blanks(text);
  return take_clock(text, date);
}

// `yyyy Mmm dd hh:mm:ss`: NX-OS, UCS.
bool take_year_first(std::string_view& text, SyslogDate& date) {
  if (!take_year(text, date) || !take_syslog_char(text, ' ')) return false;
  skip_syslog_blanks(text);
  if (!take_month(text, date) || !take_day(text, date) || !take_syslog_char(text, ' '))
    return false;
  return take_clock(text, date);
}

// `yyyy-mm-ddThh:mm:ss` with `T`, `t` or a blank, also with slashes; `yyyy/mm/dd-hh:mm:ss` is
// Fabric OS's.
bool take_numbers(std::string_view& text, SyslogDate& date) {
  if (!take_year(text, date) || text.empty()) return false;
  const char separator = text[0];
  if (separator != '-' && separator != '/') return false;
  text.remove_prefix(1);
  const auto month = take_syslog_number(text, 1, 2);
  if (!month || !take_syslog_char(text, separator)) return false;
  date.month = *month;
  if (!take_day(text, date)) return false;
  if (!take_syslog_char(text, 'T') && !take_syslog_char(text, 't') &&
      !take_syslog_char(text, ' ') && !take_syslog_char(text, '-'))
    return false;
  return take_clock(text, date);
}

// `mm/dd/yyyy:hh:mm:ss` or, set so by its administrator, `dd/mm/yyyy:hh:mm:ss`: NetScaler.
bool take_slashes(std::string_view& text, SyslogDate& date) {
  const auto month = take_syslog_number(text, 2, 2);
  if (!month || !take_syslog_char(text, '/') || !take_day(text, date) ||
      !take_syslog_char(text, '/'))
    return false;
  if (!take_year(text, date) || !take_syslog_char(text, ':')) return false;
  date.month = *month;
  date.either_order = true;
  return take_clock(text, date);
}

using Form = bool (*)(std::string_view&, SyslogDate&);
constexpr std::array<Form, 4> kForms{take_month_first, take_year_first, take_numbers, take_slashes};

// `+08:00`, `-0600`, `-8:00`, Comware's `+08:00:00`.
bool take_offset(std::string_view& text, SyslogDate& date) {
  auto rest = text;
  const bool west = rest.starts_with('-');
  if (!west && !rest.starts_with('+')) return false;
  rest.remove_prefix(1);
  auto hours = take_syslog_number(rest, 1, 2);
  auto minutes =
      hours && take_syslog_char(rest, ':') ? take_syslog_number(rest, 2, 2) : std::nullopt;
  if (const auto both = hours ? std::nullopt : take_syslog_number(rest, 4, 4))
    hours = *both / 100, minutes = *both % 100;
  if (!hours || !minutes || *hours > 15 || *minutes > 59) return false;
  if (auto seconds = rest; take_syslog_char(seconds, ':') && take_syslog_number(seconds, 2, 2))
    rest = seconds;
  date.offset = (west ? -1 : 1) * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
  text = rest;
  return true;
}

bool ends_here(std::string_view text) {
  return text.empty() || text[0] == ' ' || text[0] == ':' || text[0] == ',';
}

// After the time: ` 2026`, unless that begins a second time, as NX-OS's behind a relay's.
void take_later_year(std::string_view& text, SyslogDate& date) {
  auto rest = text;
  skip_syslog_blanks(rest);
  auto second = rest;
  SyslogDate ignored, found;
  if (date.year > 0 || rest.size() == text.size() || take_year_first(second, ignored)) return;
  if (!take_year(rest, found) || !(rest.empty() || rest.starts_with(' ') || rest.starts_with(": ")))
    return;  // 2001:db8::7 is a host
  date.year = found.year;
  text = rest;
}

// Letters are a zone and no host or tag where a Cisco's colon or a message id follows, and where
// they are a zone's beyond doubt.
bool are_zone(std::string_view letters, std::string_view after, const SyslogDate& date,
              const SyslogClock& clock) {
  if (letters.size() < 2 || letters.size() > 5 || !ends_here(after)) return false;
  const bool colon = after.starts_with(':');
  auto next = after.substr(colon ? 1 : 0);
  skip_syslog_blanks(next);
  // Also a name that an administrator chose, as BJT
  if (colon && next.starts_with('%')) return true;
  if (!is_zone_name(letters, clock)) return false;
  return colon || date.year > 0 || next.starts_with('%') || letters == "UTC" || letters == "GMT";
}

// `Z`, `+08:00`, ` UTC`, ` GMT+08:00`, ` PST -8:00`, `+08:00 DST`.
void take_zone(std::string_view& text, SyslogDate& date, const SyslogClock& clock) {
  auto rest = text;
  if (take_syslog_char(rest, 'Z') || take_syslog_char(rest, 'z')) {
    date.offset = 0s;
    text = rest;
    return;
  }
  skip_syslog_blanks(rest);
  std::size_t n = 0;
  while (n < rest.size() && n <= 5 && rest[n] >= 'A' && rest[n] <= 'Z') ++n;
  const auto letters = rest.substr(0, n);
  auto offset = rest.substr(n);
  if (n > 0) skip_syslog_blanks(offset);
  if (take_offset(offset, date)) {
    text = offset;
    if (text.starts_with(" DST") && ends_here(text.substr(4))) text.remove_prefix(4);
  } else if (rest.size() < text.size() && are_zone(letters, rest.substr(n), date, clock)) {
    date.letters = letters;
    text = rest.substr(n);
  }
}

bool is_near(const std::optional<SyslogTime>& found, const SyslogClock& clock) {
  return found && found->time && std::chrono::abs(*found->time - clock.now) <= 5min;
}

// VRP's documents have the UTC time before the offset, most of its devices the local time as
// everybody else: what has just happened decides.
std::optional<SyslogTime> read_date(SyslogDate date, bool vrp, const SyslogClock& clock) {
  const auto found = read_syslog_date(date, clock);
  if (!vrp || is_near(found, clock)) return found;
  date.offset = 0s;
  const auto utc = read_syslog_date(date, clock);
  return is_near(utc, clock) ? utc : found;
}

}  // namespace

std::optional<SyslogTime> take_syslog_time(std::string_view& text, const SyslogClock& clock) {
  auto start = text;
  const bool starred = take_syslog_char(start, '*');
  // A dot is Cisco's for "out of step with NTP"; Comware and VRP begin lines of files with % and #.
  if (!starred && !take_syslog_char(start, '.') && !take_syslog_char(start, '%'))
    take_syslog_char(start, '#');
  for (const auto form : kForms) {
    auto rest = start;
    SyslogDate date;
    if (!form(rest, date)) continue;
    const bool vrp = form == take_month_first && date.year > 0 &&
                     (rest.starts_with('+') || rest.starts_with('-'));
    take_later_year(rest, date);
    take_zone(rest, date, clock);
    take_later_year(rest, date);
    auto found = ends_here(rest) ? read_date(date, vrp, clock) : std::nullopt;
    if (!found) continue;
    found->marked =
        found->time && starred && std::chrono::abs(*found->time - clock.now) > model::kLateness;
    found->unset = found->marked || (found->time && !model::is_set(*found->time));
    text = rest;
    return found;
  }
  return std::nullopt;
}

}  // namespace alarum::ingest
