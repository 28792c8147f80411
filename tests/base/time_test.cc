#include "base/time.h"

#include <cctz/time_zone.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace alarum {
namespace {

using namespace std::chrono_literals;

Time at(std::int64_t seconds, std::int64_t micros = 0) {
  return Time(Duration(seconds * 1'000'000 + micros));
}

TEST(Rfc3339, IsReadInEveryForm) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), at(0));
  EXPECT_EQ(parse_rfc3339("2018-04-05T17:31:00Z"), at(1522949460));
  EXPECT_EQ(parse_rfc3339("2018-04-05t17:31:00.25z"), at(1522949460, 250'000));
  EXPECT_EQ(parse_rfc3339("2018-04-05T19:31:00+02:00"), at(1522949460));
  EXPECT_EQ(parse_rfc3339("2018-04-05T17:31:00.1234569Z"), at(1522949460, 123'456));
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), at(1483228800));
}

// What reads by places says what the library says, of what is a time and of what is none.
TEST(Rfc3339, IsReadAsTheLibraryReadsIt) {
  std::mt19937_64 random(1);
  const auto two = [&](unsigned most) { return fmt::format("{:02}", random() % (most + 2)); };
  const std::vector<std::string> zones{"Z",      "z",      "+00:00", "-00:00", "+02:00", "-09:30",
                                       "+23:59", "-23:59", "+24:00", "+05:60", "+99:00"};
  const std::vector<std::string> parts{
      "", ".0", ".5", ".25", ".123", ".999999", ".9999999", ".0000001", ".123456789123456789"};
  std::size_t times = 0;
  for (int i = 0; i < 50'000; ++i) {
    const auto year = fmt::format("{:04}", i % 10 == 0 ? random() % 10'000 : 1960 + random() % 90);
    const auto text = year + '-' + two(12) + '-' + two(31) + "T" + two(23) + ':' + two(59) + ':' +
                      two(60) + parts[random() % parts.size()] + zones[random() % zones.size()];
    auto upper = text;
    if (upper.back() == 'z') upper.back() = 'Z';
    cctz::time_point<Duration> wanted;
    const bool is = cctz::parse("%Y-%m-%dT%H:%M:%E*S%Ez", upper, cctz::utc_time_zone(), &wanted);
    const auto got = parse_rfc3339(text);
    ASSERT_EQ(got.has_value(), is) << text;
    if (is) {
      ASSERT_EQ(got->time_since_epoch(), wanted.time_since_epoch()) << text;
    }
    times += is;
  }
  EXPECT_GT(times, 10'000u);
}

TEST(Rfc3339, WhatIsNoneIsRefused) {
  for (const auto* text :
       {"", "yesterday", "2018-04-05", "2018-04-05T17:31:00", "2018-13-05T17:31:00Z",
        "2018-02-30T17:31:00Z", "2018-04-05T24:31:00Z", "2018-04-05T17:31:00ZZ",
        "2018-04-05 17:31:00 Z", " 2018-04-05T17:31:00Z", "18-04-05T17:31:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, WhatIsWrittenIsReadBack) {
  for (const auto time : {at(0), at(1522949460, 1), at(1522949460, 250'000), at(-62135596800),
                          at(253402300799, 999'999)}) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time) << format_rfc3339(time);
  }
}

TEST(Durations, AreSumsInFallingOrder) {
  EXPECT_EQ(parse_duration("1h30m"), Duration(90min));
  EXPECT_EQ(parse_duration("250ms"), Duration(250ms));
  EXPECT_EQ(parse_duration("0"), Duration(0));
  EXPECT_EQ(parse_duration("1w"), Duration(168h));
  for (const auto* text : {"", "5", "m", "30m1h", "1h1h", "-5m", "1.5h", "9999999999y"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(24h), "1d");
}

}  // namespace
}  // namespace alarum
