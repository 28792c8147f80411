// The table of docs/formats/syslog.md, row by row, and what it cannot show: other zones and
// arrivals.
#include <gtest/gtest.h>

#include <fstream>

#include "ingest/stream/syslog.h"

namespace alarum::ingest::syslog_dialects_test {
namespace {

const Time kArrival = *parse_rfc3339("2026-01-02T03:04:06Z");
constexpr std::string_view kSender = "192.0.2.9";

cctz::time_zone zone(const char* name = "UTC") {
  cctz::time_zone out;
  EXPECT_TRUE(cctz::load_time_zone(name, &out));
  return out;
}

// `source type time`; `-` for the sender's address and for no time.
std::string read(std::string_view text, const char* timezone = "UTC", Time arrival = kArrival) {
  const auto event = decode_syslog(text, kSender, "i", zone(timezone), arrival);
  if (!event) return event.error().reason;
  const auto source = event->source() == kSender ? "-" : std::string(event->source());
  return source + ' ' + std::string(event->type()) + ' ' +
         (event->time() ? format_rfc3339(*event->time()) : "-");
}

std::string time_of(std::string_view text, const char* timezone, const char* arrival) {
  const auto all = read(text, timezone, *parse_rfc3339(arrival));
  return all.substr(all.rfind(' ') + 1);
}

struct Row {
  std::string device, message, expected;
};

std::string cell(std::string_view text) {
  const auto from = std::min(text.find_first_not_of(" `"), text.size());
  return std::string(text.substr(from, text.find_last_not_of(" `") + 1 - from));
}

std::vector<Row> table() {
  std::vector<Row> out;
  std::ifstream file(ALARUM_SOURCE_DIR "/docs/formats/syslog.md");
  bool in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| ")) continue;
    std::vector<std::string> cells;
    for (std::size_t at = 1, end; (end = line.find('|', at)) != std::string::npos; at = end + 1)
      cells.push_back(cell(line.substr(at, end - at)));
    if (cells.size() == 6 && in_table)
      out.push_back({cells[0], cells[1], cells[2] + ' ' + cells[3] + ' ' + cells[4]});
    in_table = in_table || (cells.size() == 6 && cells[0] == "device");
  }
  return out;
}

TEST(SyslogDialects, AreReadAsTheDocumentsTableSays) {
  const auto rows = table();
  EXPECT_GT(rows.size(), 100U) << "the table of the document was not found";
  for (const auto& row : rows)
    EXPECT_EQ(read(row.message), row.expected) << row.device << ": " << row.message;
}

TEST(SyslogDialects, TheMessageBeginsBehindTheHeader) {
  const auto message = [](std::string_view text) {
    return parse_syslog(text, zone(), kArrival)->message;
  };
  for (const auto& row : table()) {
    const auto found = message(row.message);
    EXPECT_TRUE(row.message.ends_with(found))
        << "a message is the end of what was sent: " << row.message << " came to " << found;
  }
  EXPECT_EQ(message("<189>117: RTR-1: Jan  2 03:04:05.098: %LINK-3-UPDOWN: down"),
            "%LINK-3-UPDOWN: down");
  EXPECT_EQ(message("<187>: 2026 Jan  2 03:04:05 UTC: %ETHPORT-3-IF_DOWN: down"),
            "%ETHPORT-3-IF_DOWN: down");
  EXPECT_EQ(message("<13>1 - h app 1 id -  down"), "down") << "rsyslog's blank";
  EXPECT_EQ(message("<13>1 - h app 1 id [a b=\"c\"] \xEF\xBB\xBF down"), " down")
      << "behind the mark everything is the sender's";
  EXPECT_EQ(message("<13>0.166970 s elapsed"), "0.166970 s elapsed");
  EXPECT_EQ(message("<13>12: hello"), "12: hello") << "no counter of a device";
}

TEST(SyslogDialects, WhatOnlyLooksLikeAHeaderStaysInTheMessage) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"<13>Jan  2 03:04:05 app: 2026-01-01T00:00:00Z job started",
            "- app 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 host-1 app: 12: text", "host-1 app 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 host-1 12:30:00 text", "host-1 syslog 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 host-1 2026: text", "host-1 syslog 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 app: %d of %s", "- app 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 app: %% done", "- app 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 CRON: text", "- CRON 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 MSK sshd: text", "MSK sshd 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 2026 text", "text syslog 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 {\"a\":1}", "- syslog 2026-01-02T03:04:05Z"},
           {"<13>Jan  2 03:04:05 key=value and more", "- syslog 2026-01-02T03:04:05Z"},
           {"<13>2026-01-02 03:04:05,123 ERROR it broke", "- syslog 2026-01-02T03:04:05.123Z"},
           {"<13>Jan  2 03:04:05 2026-01-02 03:04:04 worker broke",
            "- syslog 2026-01-02T03:04:04Z"},
           {"<13>0.166970 s elapsed", "- syslog -"},
           {"<13>00:20:10 text", "- syslog -"},
           {"<13>Jan 32 03:04:05 host-1 app: x", "- syslog -"},
           {"<13>2026", "- syslog -"},
           {"<13>82:", "- syslog -"},
           {"<13>: : :", "- syslog -"}}) {
    EXPECT_EQ(read(text), expected) << text;
  }
}

TEST(SyslogDialects, OfTheHourThatComesTwiceTheReadingNearestToTheArrivalCounts) {
  EXPECT_EQ(time_of("<9>Oct 31 02:30:00 h1 psu: failed", "Europe/Berlin", "2027-10-31T00:30:05Z"),
            "2027-10-31T00:30:00Z");
  EXPECT_EQ(time_of("<9>Oct 31 02:30:00 h1 psu: failed", "Europe/Berlin", "2027-10-31T01:30:05Z"),
            "2027-10-31T01:30:00Z");
  EXPECT_EQ(
      time_of("<9>Oct 31 2027 02:30:00 h1 psu: failed", "Europe/Berlin", "2027-10-31T01:30:05Z"),
      "2027-10-31T01:30:00Z");
  EXPECT_EQ(
      time_of("<9>2027-10-31T02:30:00 h1 psu: failed", "Europe/Berlin", "2027-10-31T01:30:05Z"),
      "2027-10-31T01:30:00Z");
  EXPECT_EQ(time_of("<9>Oct 31 03:30:00 h1 psu: failed", "Europe/Berlin", "2027-10-31T02:30:05Z"),
            "2027-10-31T02:30:00Z");
  EXPECT_EQ(
      time_of("<9>1: Oct 31 02:30:00 CEST: %A-1-B: x", "Europe/Berlin", "2027-10-31T01:30:05Z"),
      "2027-10-31T00:30:00Z")
      << "the device says which";
}

TEST(SyslogDialects, AnHourThatTheZoneSkipsIsNoTimeOfThisOrAnotherYear) {
  EXPECT_EQ(time_of("<9>Mar 28 02:30:00 h3 psu: failed", "Europe/Berlin", "2027-03-28T01:30:00Z"),
            "-");
  EXPECT_EQ(
      time_of("<9>2027-03-28T02:30:00 h3 psu: failed", "Europe/Berlin", "2027-03-28T01:30:00Z"),
      "-");
  EXPECT_EQ(time_of("<9>Mar 28 03:30:00 h3 psu: failed", "Europe/Berlin", "2027-03-28T01:30:00Z"),
            "2027-03-28T01:30:00Z");
  EXPECT_EQ(read("<9>Mar 28 02:30:00 h3 psu: failed", "Europe/Berlin",
                 *parse_rfc3339("2027-03-28T01:30:00Z")),
            "h3 psu -");
}

TEST(SyslogDialects, LettersOfAZoneAreThoseOfTheSourceOrTheNearest) {
  EXPECT_EQ(
      time_of("<9>1: Jan  2 03:04:05 UTC: %A-1-B: x", "Asia/Shanghai", "2026-01-02T03:04:06Z"),
      "2026-01-02T03:04:05Z");
  EXPECT_EQ(
      time_of("<9>1: Jan  2 03:04:05 CST: %A-1-B: x", "Asia/Shanghai", "2026-01-02T03:04:06Z"),
      "2026-01-01T19:04:05Z")
      << "the source's";
  EXPECT_EQ(time_of("<9>1: Jan  1 21:04:05 CST: %A-1-B: x", "UTC", "2026-01-02T03:04:06Z"),
            "2026-01-02T03:04:05Z")
      << "of America";
  EXPECT_EQ(time_of("<9>1: Jan  2 11:04:05 CST: %A-1-B: x", "UTC", "2026-01-02T03:04:06Z"),
            "2026-01-02T03:04:05Z")
      << "of China";
  EXPECT_EQ(
      time_of("<9>1: Jan  2 11:04:05 BJT: %A-1-B: x", "Asia/Shanghai", "2026-01-02T03:04:06Z"),
      "2026-01-02T03:04:05Z")
      << "nobody's";
}

// One before 2010 goes along for the engine, which takes it for none.
TEST(SyslogDialects, AClockThatWasNeverSetSaysNoTime) {
  EXPECT_EQ(time_of("<9>1: *Jan  2 03:02:30: %A-1-B: x", "UTC", "2026-01-02T03:04:06Z"),
            "2026-01-02T03:02:30Z")
      << "within lateness";
  EXPECT_EQ(time_of("<9>1: *Jan  2 03:01:30: %A-1-B: x", "UTC", "2026-01-02T03:04:06Z"), "-");
  EXPECT_EQ(time_of("<9>1: .Jan  2 03:01:30: %A-1-B: x", "UTC", "2026-01-02T03:04:06Z"),
            "2026-01-02T03:01:30Z");
  EXPECT_EQ(read("<9>1970-01-01T00:00:10Z h app: x"), "h app 1970-01-01T00:00:10Z");
  EXPECT_EQ(read("<9>1 2006-01-01T00:00:10Z h app - - - x"), "h app 2006-01-01T00:00:10Z");
  EXPECT_EQ(read("<9>Jan  2 03:04:05 h Dec 31 2009 23:59:59: %A-1-B: x"),
            "h %A-1-B 2026-01-02T03:04:05Z")
      << "the relay's says more";
  EXPECT_EQ(read("<9>Jan  1 2010 00:00:00 h app: x"), "h app 2010-01-01T00:00:00Z");
}

TEST(SyslogDialects, ALineOfAFileStillBeginsWithATime) {
  for (const char* text : {"82: %SYS-5-CONFIG_I: x", "RTR-1: %SYS-5-CONFIG_I: x", "app: x",
                           "00:20:10: %SYS-5-CONFIG_I: x"})
    EXPECT_EQ(read(text), "bad_syslog") << text;
  EXPECT_EQ(read("Jan  2 03:04:05 2026 SW-A %%10IFNET/3/LINK_UPDOWN: x"),
            "SW-A %%10IFNET/3/LINK_UPDOWN 2026-01-02T03:04:05Z");
}

// A header of many items, of many words, of one endless word: one pass each, and the message whole.
TEST(SyslogDialects, AHeaderWithoutEndIsAMessage) {
  for (const std::string piece :
       {"1: ", "Jan  2 03:04:05 ", "a: ", ": ", "%", "a=b ", "[", "9", "00:00:01: ", "h %", "*"}) {
    std::string text = "<13>";
    while (text.size() < 60'000) text += piece;
    const auto found = parse_syslog(text, zone(), kArrival);
    ASSERT_TRUE(found) << piece;
    EXPECT_GT(found->message.size(), 50'000U) << piece;
  }
}

}  // namespace
}  // namespace alarum::ingest::syslog_dialects_test
