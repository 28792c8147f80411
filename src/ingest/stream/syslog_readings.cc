#include "ingest/stream/syslog_readings.h"

#include <cctz/civil_time.h>

#include <algorithm>
#include <array>
#include <vector>

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
using cctz::civil_day;
using cctz::civil_second;

struct ZoneName {
  std::string_view letters;
  std::chrono::minutes offset;
};

// The abbreviations that network devices write. One that is listed twice may mean either zone.
constexpr std::array kZoneNames{
    ZoneName{"UTC", 0min},    ZoneName{"GMT", 0min},    ZoneName{"UCT", 0min},
    ZoneName{"WET", 0min},    ZoneName{"WEST", 60min},  ZoneName{"BST", 60min},
    ZoneName{"CET", 60min},   ZoneName{"MET", 60min},   ZoneName{"CEST", 120min},
    ZoneName{"MEST", 120min}, ZoneName{"EET", 120min},  ZoneName{"EEST", 180min},
    ZoneName{"MSK", 180min},  ZoneName{"IST", 330min},  ZoneName{"IST", 120min},
    ZoneName{"ICT", 420min},  ZoneName{"WIB", 420min},  ZoneName{"CST", 480min},
    ZoneName{"CST", -360min}, ZoneName{"HKT", 480min},  ZoneName{"SGT", 480min},
    ZoneName{"AWST", 480min}, ZoneName{"JST", 540min},  ZoneName{"KST", 540min},
    ZoneName{"AEST", 600min}, ZoneName{"AEDT", 660min}, ZoneName{"EST", -300min},
    ZoneName{"EDT", -240min}, ZoneName{"CDT", -300min}, ZoneName{"MST", -420min},
    ZoneName{"MDT", -360min}, ZoneName{"PST", -480min}, ZoneName{"PDT", -420min},
    ZoneName{"BRT", -180min}};

struct Reading {
  Time time;
  bool exists;
};
using Readings = std::vector<Reading>;

Time at(cctz::time_point<cctz::seconds> seconds, int micros) {
  return std::chrono::time_point_cast<Duration>(seconds) + Duration(micros);
}

// Adds the readings of a local time: two in an hour that occurs twice. One in an hour that is
// skipped is added as not existing, so that no other year is chosen instead.
void read_in(const cctz::time_zone& zone, const civil_second& civil, int micros, Readings& out) {
  const auto found = zone.lookup(civil);
  out.push_back({at(found.pre, micros), found.kind != cctz::time_zone::civil_lookup::SKIPPED});
  if (found.kind == cctz::time_zone::civil_lookup::REPEATED)
    out.push_back({at(found.post, micros), true});
}

// Letters mean what the source's zone means by them at that time, otherwise what the table says.
// Unknown letters mean the source's zone.
void read_named(const SyslogDate& date, const SyslogClock& clock, const civil_second& civil,
                Readings& out) {
  const auto before = out.size();
  const auto found = clock.zone.lookup(civil);
  for (const auto& point : {found.pre, found.post}) {
    const auto local = clock.zone.lookup(point);
    if (date.letters == local.abbr)
      read_in(cctz::fixed_time_zone(cctz::seconds(local.offset)), civil, date.micros, out);
  }
  if (out.size() > before) return;
  for (const auto& name : kZoneNames) {
    if (name.letters == date.letters)
      read_in(cctz::fixed_time_zone(name.offset), civil, date.micros, out);
  }
  if (out.size() == before) read_in(clock.zone, civil, date.micros, out);
}

void read_year(const SyslogDate& date, const SyslogClock& clock, int year, int month, int day,
               Readings& out) {
  const civil_day exact(year, month, day);
  if (exact.month() != month || exact.day() != day) return;  // 29 February of another year
  const civil_second civil(year, month, day, date.hour, date.minute, date.second);
  if (date.offset) return read_in(cctz::fixed_time_zone(*date.offset), civil, date.micros, out);
  if (date.letters.empty()) return read_in(clock.zone, civil, date.micros, out);
  read_named(date, clock, civil, out);
}

void read_order(const SyslogDate& date, const SyslogClock& clock, int month, int day,
                Readings& out) {
  if (month < 1 || month > 12) return;
  if (date.year > 0) return read_year(date, clock, date.year, month, day, out);
  // A message of 31 December that arrives on 1 January is a day old.
  const auto this_year = static_cast<int>(
      cctz::convert(std::chrono::time_point_cast<cctz::seconds>(clock.now), clock.zone).year());
  for (const int year : {this_year, this_year - 1, this_year + 1})
    read_year(date, clock, year, month, day, out);
}

}  // namespace

std::optional<SyslogTime> read_syslog_date(const SyslogDate& date, const SyslogClock& clock) {
  Readings readings;
  read_order(date, clock, date.month, date.day, readings);
  if (date.either_order) read_order(date, clock, date.day, date.month, readings);
  if (readings.empty()) return std::nullopt;
  const auto nearest = std::ranges::min(
      readings, {}, [&](const Reading& r) { return std::chrono::abs(r.time - clock.now); });
  return SyslogTime{.time = nearest.exists ? std::optional(nearest.time) : std::nullopt};
}

bool is_zone_name(std::string_view letters, const SyslogClock& clock) {
  if (std::ranges::any_of(kZoneNames,
                          [&](const ZoneName& name) { return name.letters == letters; }))
    return true;
  const auto now = std::chrono::time_point_cast<cctz::seconds>(clock.now);
  for (const auto season : {0h, 24h * 91, 24h * 182, 24h * 273}) {
    if (letters == clock.zone.lookup(now - season).abbr) return true;
  }
  return false;
}

}  // namespace alarum::ingest
