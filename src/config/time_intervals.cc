#include "config/time_intervals.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/fields.h"

namespace alarum::config {
namespace {

using Kind = Node::Kind;
using Range = TimeInterval::Range;

constexpr std::array<std::string_view, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                                "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};

std::optional<int> whole(std::string_view text) {
  int value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && stop == text.data() + text.size() ? std::optional(value)
                                                                   : std::nullopt;
}

template <std::size_t N>
std::optional<int> word_of(const std::array<std::string_view, N>& words, std::string_view text) {
  const auto found = std::ranges::find(words, lowered(text));
  return found == words.end() ? std::nullopt
                              : std::optional(static_cast<int>(found - words.begin()));
}

std::optional<int> weekday(std::string_view text) {
  return word_of(kDays, text);
}

std::optional<int> month(std::string_view text) {
  if (const auto named = word_of(kMonths, text)) return *named + 1;
  const auto number = whole(text);
  return number && *number >= 1 && *number <= 12 ? number : std::nullopt;
}

std::optional<int> day_of_month(std::string_view text) {
  const auto number = whole(text);
  return number && *number != 0 && *number >= -31 && *number <= 31 ? number : std::nullopt;
}

std::optional<int> year(std::string_view text) {
  const auto number = whole(text);
  return number && *number >= 1 && *number <= 9999 ? number : std::nullopt;
}

// Reads `HH:MM`, up to 24:00, as minutes since midnight.
std::optional<int> minute_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = whole(text.substr(0, 2)), minutes = whole(text.substr(3));
  if (!hours || !minutes || *hours < 0 || *minutes < 0 || *minutes > 59 ||
      *hours * 60 + *minutes > 24 * 60)
    return std::nullopt;
  return *hours * 60 + *minutes;
}

using ReadWord = std::optional<int> (*)(std::string_view);

struct Part {
  const char* key;
  ReadWord read;
  const char* wanted;
  std::vector<Range> TimeInterval::*ranges;
};
constexpr std::array<Part, 4> kParts{{
    {"weekdays", weekday, "a day as in \"monday\", or a range as in \"monday:friday\"",
     &TimeInterval::weekdays},
    {"days_of_month", day_of_month,
     "a day from 1 to 31, from -31 to -1 counted from the month's end, or a range as in \"-3:-1\"",
     &TimeInterval::days_of_month},
    {"months", month, "a month as in \"may\" or 5, or a range as in \"may:august\"",
     &TimeInterval::months},
    {"years", year, "a year, or a range as in \"2026:2028\"", &TimeInterval::years},
}};

// The position of a day in a month of 30 days. It is enough to see that a range runs backwards.
int in_order(const Part& part, int value) {
  return part.read == day_of_month && value < 0 ? 31 + value : value;
}

std::optional<Range> read_range(const Node& node, const Part& part, Diagnostics& out) {
  const auto text = read_text(node, part.key, out);
  if (!text) return std::nullopt;
  const auto colon = text->find(':');
  const auto begin = part.read(std::string_view(*text).substr(0, colon));
  const auto end =
      colon == std::string::npos ? begin : part.read(std::string_view(*text).substr(colon + 1));
  if (!begin || !end) {
    out.error(node.place,
              fmt::format("\"{}\" must hold {}, not \"{}\"", part.key, part.wanted, *text));
  } else if (*begin < 0 && *end > 0) {
    out.error(node.place,
              fmt::format("\"{}\" of \"{}\": the end must be negative too when the beginning is",
                          *text, part.key));
  } else if (in_order(part, *begin) > in_order(part, *end)) {
    out.error(node.place, fmt::format("\"{}\" of \"{}\" ends before it begins", *text, part.key));
  } else {
    return Range{*begin, *end};
  }
  return std::nullopt;
}

std::optional<int> read_minute(const Node& node, const char* key, Diagnostics& out) {
  const auto* value = node.find(key);
  if (!value) {
    out.error(node.place, fmt::format("\"times\" has an entry without \"{}\"", key));
    return std::nullopt;
  }
  const auto minute = value->is(Kind::string) ? minute_of_day(value->text) : std::nullopt;
  if (!minute)
    out.error(value->place,
              fmt::format("\"{}\" must be a time as in \"09:30\", up to \"24:00\", not {}", key,
                          describe(*value)));
  return minute;
}

void read_times(const Node& list, TimeInterval& interval, Diagnostics& out) {
  if (!expect_kind(list, Kind::sequence, "times",
                   "a list of mappings with \"start_time\" and \"end_time\"", out))
    return;
  for (const auto& one : list.items) {
    if (!expect_kind(one, Kind::mapping, "times",
                     "a list of mappings with \"start_time\" and \"end_time\"", out))
      continue;
    check_keys(one, {{"start_time", "end_time"}, {}}, "times", out);
    const auto begin = read_minute(one, "start_time", out), end = read_minute(one, "end_time", out);
    if (!begin || !end) continue;
    if (*begin >= *end)
      out.error(one.place,
                "\"start_time\" must be before \"end_time\": write two entries for a night");
    else
      interval.minutes.push_back({*begin, *end});
  }
}

TimeInterval read_interval(const Node& node, Diagnostics& out) {
  TimeInterval interval;
  if (!expect_kind(
          node, Kind::mapping, "time_intervals",
          "a list of mappings with times, weekdays, days_of_month, months, years, location", out))
    return interval;
  check_keys(node, {{"times", "weekdays", "days_of_month", "months", "years", "location"}, {}},
             "a time interval", out);
  if (const auto* times = node.find("times")) read_times(*times, interval, out);
  for (const auto& part : kParts) {
    const auto* list = node.find(part.key);
    if (!list || !expect_kind(*list, Kind::sequence, part.key, "a list", out)) continue;
    for (const auto& one : list->items) {
      if (const auto range = read_range(one, part, out)) (interval.*part.ranges).push_back(*range);
    }
  }
  if (const auto* location = node.find("location");
      location && read_string(*location, "location", out)) {
    cctz::time_zone zone;
    interval.location = location->text == "Local" ? "localtime" : location->text;
    if (interval.location.empty() || !cctz::load_time_zone(interval.location, &zone)) {
      out.error(
          location->place,
          fmt::format("\"{}\" is no time zone of this machine; write one as in \"Asia/Shanghai\"",
                      location->text));
      interval.location = "UTC";
    }
  }
  return interval;
}

bool within(const std::vector<Range>& ranges, int value) {
  return ranges.empty() || std::ranges::any_of(ranges, [&](const Range& range) {
           return value >= range.begin && value <= range.end;
         });
}

int days_in_month(const cctz::civil_second& local) {
  const cctz::civil_month month(local);
  return static_cast<int>(cctz::civil_day(month + 1) - cctz::civil_day(month));
}

bool day_within(const std::vector<Range>& ranges, const cctz::civil_second& local) {
  const int days = days_in_month(local);
  const auto place = [&](int day) { return day < 0 ? days + day + 1 : day; };
  return ranges.empty() || std::ranges::any_of(ranges, [&](const Range& range) {
           return place(range.begin) <= days && local.day() >= place(range.begin) &&
                  local.day() <= std::min(place(range.end), days);
         });
}

}  // namespace

bool TimeInterval::contains(Time time) const {
  cctz::time_zone zone;
  // The zone existed when the config was read, and the library caches it.
  (void)cctz::load_time_zone(location, &zone);
  const auto local = cctz::convert(std::chrono::floor<cctz::seconds>(time), zone);
  const int minute = local.hour() * 60 + local.minute();
  const bool on_time = minutes.empty() || std::ranges::any_of(minutes, [&](const Range& range) {
                         return minute >= range.begin && minute < range.end;
                       });
  const int from_monday = static_cast<int>(cctz::get_weekday(cctz::civil_day(local)));
  return on_time && within(weekdays, (from_monday + 1) % 7) && day_within(days_of_month, local) &&
         within(months, local.month()) && within(years, static_cast<int>(local.year()));
}

bool TimeInterval::comes_after(Time now) const {
  // Weekdays and dates, 29 February included, repeat every 28 years, except over some turns of a
  // century.
  constexpr int kYears = 40;
  const cctz::civil_day today(cctz::convert(
      std::chrono::floor<cctz::seconds>(now - std::chrono::hours(24)), cctz::utc_time_zone()));
  auto first = today;
  for (const auto& range : years)
    first = years.size() == 1 ? std::max(today, cctz::civil_day(range.begin)) : first;
  for (auto day = first; day < cctz::civil_day(cctz::civil_year(first) + kYears); ++day) {
    const int from_monday = static_cast<int>(cctz::get_weekday(day));
    const bool fits = within(weekdays, (from_monday + 1) % 7) &&
                      day_within(days_of_month, cctz::civil_second(day)) &&
                      within(months, day.month()) && within(years, static_cast<int>(day.year()));
    if (fits) return true;
  }
  return std::ranges::any_of(
      years, [&](const Range& range) { return range.begin > first.year() + kYears; });
}

bool NamedIntervals::comes_after(Time now) const {
  return std::ranges::any_of(
      intervals, [&](const TimeInterval& interval) { return interval.comes_after(now); });
}

bool NamedIntervals::contains(Time time) const {
  return std::ranges::any_of(intervals,
                             [&](const TimeInterval& interval) { return interval.contains(time); });
}

std::vector<NamedIntervals> read_time_intervals(const Node& node, Diagnostics& out) {
  std::vector<NamedIntervals> all;
  if (!expect_kind(node, Kind::sequence, "time_intervals",
                   "a list of mappings with \"name\" and \"time_intervals\"", out))
    return all;
  for (const auto& one : node.items) {
    if (!expect_kind(one, Kind::mapping, "time_intervals",
                     "a list of mappings with \"name\" and \"time_intervals\"", out))
      continue;
    check_keys(one, {{"name", "time_intervals"}, {}}, "time_intervals", out);
    const auto *name = one.find("name"), *list = one.find("time_intervals");
    if (!name || !list) {
      out.error(one.place,
                fmt::format("a time interval without \"{}\"", name ? "time_intervals" : "name"));
      continue;
    }
    NamedIntervals named{read_string(*name, "name", out).value_or(""), {}};
    if (name->is(Kind::string) && named.name.empty())
      out.error(name->place, "a time interval's name must not be empty");
    if (std::ranges::any_of(all, [&](const auto& known) { return known.name == named.name; }))
      out.error(name->place, fmt::format("a second time interval \"{}\"", named.name));
    if (expect_kind(*list, Kind::sequence, "time_intervals", "a list of mappings", out)) {
      for (const auto& interval : list->items)
        named.intervals.push_back(read_interval(interval, out));
    }
    all.push_back(std::move(named));
  }
  return all;
}

}  // namespace alarum::config
