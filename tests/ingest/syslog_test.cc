#include "ingest/stream/syslog.h"

#include <gtest/gtest.h>

#include "ingest/stream/syslog_frames.h"

namespace alarum::ingest::syslog_test {
namespace {

const Time kNow = *parse_rfc3339("2026-01-02T03:04:05Z");

cctz::time_zone zone(const char* name = "UTC") {
  cctz::time_zone out;
  EXPECT_TRUE(cctz::load_time_zone(name, &out));
  return out;
}

// `time host app procid msgid facility.severity|message`, or the reason why it is none.
std::string read(std::string_view text, const char* timezone = "UTC", Time now = kNow) {
  const auto m = parse_syslog(text, zone(timezone), now);
  if (!m) return m.error().reason;
  const auto word = [](const std::string& s) { return s.empty() ? "-" : s; };
  std::string out = (m->time ? format_rfc3339(*m->time) : "-") + ' ' + word(m->host) + ' ' +
                    word(m->app) + ' ' + word(m->procid) + ' ' + word(m->msgid) + ' ' +
                    std::to_string(m->facility) + '.' + std::to_string(m->severity) + '|' +
                    m->message;
  for (const auto& [id, parameters] : m->structured) {
    out += " [" + id;
    for (const auto& [name, value] : parameters) out += ' ' + name + '=' + value;
    out += ']';
  }
  return out;
}

TEST(Syslog, ReadsTheExamplesOfRfc5424) {
  EXPECT_EQ(read("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su "
                 "root' failed for lonvick on /dev/pts/8"),
            "2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 4.2|'su root' failed for "
            "lonvick on /dev/pts/8");
  EXPECT_EQ(
      read("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make "
           "the do-nuts."),
      "2003-08-24T12:14:15.000003Z 192.0.2.1 myproc 8710 - 20.5|%% It's time to make the do-nuts.");
  EXPECT_EQ(
      read(
          R"(<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventID="1011"][b@1 c="q\"\]\\"] msg)"),
      R"(2003-10-11T22:14:15.003Z h evntslog - ID47 20.5|msg [exampleSDID@32473 iut=3 eventID=1011] [b@1 c=q"]\])");
  EXPECT_EQ(read("<165>1 - - - - - -"), "- - - - - 20.5|");
}

TEST(Syslog, LeavesToTheMessageWhatIsNoStructuredData) {
  EXPECT_EQ(read("<13>1 - h app 1 id no data here"), "- h app 1 id 1.5|no data here");
  EXPECT_EQ(read("<13>1 - h app 1 id [broken a=\"1"), "- h app 1 id 1.5|[broken a=\"1");
  EXPECT_EQ(read("<13>1 yesterday h app 1 id - m"), "- h app 1 id 1.5|m")
      << "a time that cannot be read is that of the arrival";
}

TEST(Syslog, ReadsRfc3164AsItIsMet) {
  EXPECT_EQ(read("<34>Jan  1 22:14:15 mymachine su[12]: 'su root' failed"),
            "2026-01-01T22:14:15Z mymachine su 12 - 4.2|'su root' failed");
  EXPECT_EQ(read("<13>Jan  2 03:00:00 tag: without a host"),
            "2026-01-02T03:00:00Z - tag - - 1.5|without a host");
  EXPECT_EQ(read("<13>2026-01-02T03:00:00.25+08:00 h app: m"),
            "2026-01-01T19:00:00.250Z h app - - 1.5|m");
  EXPECT_EQ(read("<189>29: *Jan  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured"),
            "2026-01-01T18:48:50.483Z - %SYS-5-CONFIG_I - - 23.5|%SYS-5-CONFIG_I: Configured");
  EXPECT_EQ(read("<13>Jan 02 2025 03:00:00 fw01 app: m"),
            "2025-01-02T03:00:00Z fw01 app - - 1.5|m");
  EXPECT_EQ(read("<13>app: no time"), "- - app - - 1.5|no time");
  EXPECT_EQ(read("<13>words and no tag"), "- - - - - 1.5|words and no tag");
  EXPECT_EQ(read("<13>Jan  2 03:00:00 h words and no tag\n"),
            "2026-01-02T03:00:00Z h - - - 1.5|words and no tag");
  EXPECT_EQ(read("Jan  2 03:00:00 h kernel: a file's line"),
            "2026-01-02T03:00:00Z h kernel - - 1.5|a file's line");
}

TEST(Syslog, ATimeWithoutAYearIsOfTheNearest) {
  EXPECT_EQ(read("<13>Dec 31 23:59:59 h a: m").substr(0, 20), "2025-12-31T23:59:59Z");
  EXPECT_EQ(read("<13>Jan  1 00:00:01 h a: m", "UTC", *parse_rfc3339("2025-12-31T23:59:00Z"))
                .substr(0, 20),
            "2026-01-01T00:00:01Z");
  EXPECT_EQ(read("<13>Feb 29 12:00:00 h a: m", "UTC", *parse_rfc3339("2025-01-01T00:00:00Z"))
                .substr(0, 20),
            "2024-02-29T12:00:00Z");
  EXPECT_EQ(read("<13>Jan  2 11:00:00 h a: m", "Asia/Shanghai").substr(0, 20),
            "2026-01-02T03:00:00Z");
}

TEST(Syslog, RefusesWhatIsNone) {
  for (const char* text :
       {"", "words", "<>m", "<192>m", "<1x>m", "<0001>m", "<", "{\"a\":1}", "<34>1 - h app"})
    EXPECT_EQ(read(text), "bad_syslog") << text;
}

TEST(Syslog, BytesThatAreNoUtf8BecomeReplacements) {
  EXPECT_EQ(read("<13>a: caf\xE9!"), "- - a - - 1.5|caf\xEF\xBF\xBD!");
}

TEST(Syslog, IsAnEventOfItsHost) {
  const auto event =
      decode_syslog(R"(<11>1 2026-01-02T03:00:00Z node-7 smartd 9 - [d@1 dev="sda"] "bad")",
                    "10.0.0.1", "i1", zone(), kNow);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->id(), "i1");
  EXPECT_EQ(event->source(), "node-7");
  EXPECT_EQ(event->subject(), "node-7");
  EXPECT_EQ(event->type(), "smartd");
  EXPECT_EQ(event->sender(), "10.0.0.1");
  EXPECT_EQ(event->severity(), model::Severity::major);
  EXPECT_EQ(
      event->data(),
      R"({"facility":"user","severity":"err","priority":11,"host":"node-7","app":"smartd","procid":"9","message":"\"bad\"","structured":{"d@1":{"dev":"sda"}}})");
  const auto bare = decode_syslog("<13>hello", "10.0.0.1", "i2", zone(), kNow);
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->source(), "10.0.0.1");
  EXPECT_EQ(bare->type(), "syslog");
}

// All messages of `text` when it arrives in pieces of `size` bytes; what was too long as "!".
std::vector<std::string> split(const std::string& text, std::size_t size,
                               std::size_t longest = 20) {
  SyslogFrames frames(longest);
  std::vector<std::string> out;
  const auto take = [&] {
    while (auto frame = frames.next())
      out.push_back(frame->too_long ? "!" : std::string(frame->text));
  };
  for (std::size_t at = 0; at < text.size(); at += size) {
    frames.feed(text.substr(at, size));
    take();
    EXPECT_LE(frames.held(), longest + 12) << "what waits is bounded";
  }
  frames.end();
  take();
  return out;
}

TEST(SyslogFrames, AreTheSameHoweverTheBytesArrive) {
  const std::string text =
      "5 <1>ab<2>line\r\n\n7 <3>\nx\ny<4>nul" + std::string(1, '\0') + "12345x\n<5>end";
  const std::vector<std::string> expected{"<1>ab",  "<2>line", "<3>\nx\ny",
                                          "<4>nul", "12345x",  "<5>end"};
  for (std::size_t size = 1; size <= text.size(); ++size)
    EXPECT_EQ(split(text, size), expected) << "pieces of " << size;
}

TEST(SyslogFrames, PassOverWhatIsTooLongAndGoOn) {
  const std::string text =
      "30 " + std::string(30, 'x') + "4 <1>a" + "<2>" + std::string(50, 'y') + "\n<3>b\n999999999 ";
  for (const std::size_t size : {1UL, 7UL, 1000UL})
    EXPECT_EQ(split(text, size), (std::vector<std::string>{"!", "<1>a", "!", "<3>b", "!"}))
        << "pieces of " << size;
}

TEST(SyslogFrames, WhatAConnectionLeftUnfinishedIsToldAsSuch) {
  const auto last = [](std::string_view stream) {
    SyslogFrames frames(100);
    frames.feed(std::string(stream));
    frames.end();
    const auto line = frames.next();
    return std::tuple(std::string(line->text), line->open, line->cut);
  };
  EXPECT_EQ(last("10 <1>ab"), std::tuple("<1>ab", true, true));
  EXPECT_EQ(last("5 <1>ab"), std::tuple("<1>ab", false, false));
  EXPECT_EQ(last("<1>ab"), std::tuple("<1>ab", true, false));
  EXPECT_EQ(last("<1>ab\n"), std::tuple("<1>ab", false, false));
  EXPECT_EQ(last("1234"), std::tuple("1234", true, false));
}

TEST(Syslog, AnIpv6AddressIsAHostAndNoTag) {
  const auto read = [](const std::string& text) {
    return *parse_syslog(text, cctz::utc_time_zone(), *parse_rfc3339("2026-11-27T10:00:00Z"));
  };
  for (const std::string host : {"fe80::1", "2001:db8::7", "fe80::1%eth0", "::ffff:10.0.0.1"}) {
    const auto message = read("<13>Nov 27 09:00:00 " + host + " sshd[1]: six");
    EXPECT_EQ(message.host, host);
    EXPECT_EQ(message.app, "sshd");
    EXPECT_EQ(message.message, "six");
  }
  EXPECT_EQ(read("<13>Nov 27 09:00:00 cafe: six").app, "cafe")
      << "all of its letters could be an address's";
}

}  // namespace
}  // namespace alarum::ingest::syslog_test
