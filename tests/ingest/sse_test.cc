#include <gtest/gtest.h>

#include "ingest/stream/reconnect.h"
#include "ingest/stream/sse_frames.h"
#include "ingest/stream/sse_position.h"

namespace alarum::ingest::sse_test {
namespace {

using namespace std::chrono_literals;

// Every event as `id|data`, when the stream comes in pieces of `step` bytes.
std::vector<std::string> events(std::string_view stream, std::size_t step,
                                std::size_t longest = 100) {
  SseFrames frames(longest);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    frames.feed(std::string(stream.substr(at, step)));
    while (const auto event = frames.next())
      out.push_back(frames.last_id() + "|" + (event->too_long ? "!" : std::string(event->data)));
    EXPECT_LE(frames.held(), 2 * longest + 32);
  }
  return out;
}

using namespace std::string_literals;
using Expected = std::vector<std::string>;

void expect(const std::string& stream, const Expected& expected, std::size_t longest = 100) {
  for (std::size_t step = 1; step <= stream.size(); ++step)
    EXPECT_EQ(events(stream, step, longest), expected) << "by " << step;
}

TEST(SseFrames, ReadsTheExamplesOfTheStandard) {
  expect(
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third "
      "event\n\n",
      {"1|first event", "|second event", "| third event"});
  expect("data: YHOO\ndata: +2\ndata: 10\n\n", {"|YHOO\n+2\n10"});
  expect("data\n\ndata\ndata\n\ndata:", {"|\n"});  // the first has no data, the last never ended
  expect("data:test\n\ndata: test\n\n", {"|test", "|test"});
}

TEST(SseFrames, TakesEveryEndOfALineAndAByteOrderMark) {
  expect(
      "\xEF\xBB\xBF"
      "data: a\r\n\r\ndata: b\r\rdata: c\n\nid: 7\rdata: d\r\n\n",
      {"|a", "|b", "|c", "7|d"});
}

TEST(SseFrames, AnIdStaysUntilAnotherComes) {
  expect("id: 1\ndata: a\n\ndata: b\n\nid:2\n\ndata: c\n\nid: 3\ndata: never ended",
         {"1|a", "1|b", "2|c"});
  expect("id: 1\ndata: a\n\nid: x\0y\ndata: b\n\n"s, {"1|a", "1|b"});
}

TEST(SseFrames, AnEmptyIdTakesTheLastOneBack) {
  SseFrames frames(100);
  frames.feed("data: a\n\n");
  (void)frames.next();
  EXPECT_FALSE(frames.knows_id());
  frames.feed("id: 1\ndata: a\n\nid\ndata: b\n\n");
  (void)frames.next();
  EXPECT_EQ(frames.last_id(), "1");
  (void)frames.next();
  EXPECT_EQ(frames.last_id(), "");
  EXPECT_TRUE(frames.knows_id());
}

TEST(SseFrames, VendorsJsonInSeveralLines) {
  // Lenovo
  expect("id:2\ndata: {\ndata:   \"a\": 1\ndata: }\n: stream keep-alive\n\n",
         {"2|{\n  \"a\": 1\n}"});
  // Dell
  expect("data: {\n  \"id\": 1,\n \"data\": [\n2]\n}\n\ndata: {}\nother: 1\n\n",
         {"|{\n  \"id\": 1,\n \"data\": [\n2]\n}", "|{}"});
}

TEST(SseFrames, WhatIsTooLongIsToldAndNotKept) {
  const std::string x(11, 'x');
  expect("id: 1\ndata: " + x + "\n\ndata: 0123456789\n\n", {"1|!", "1|0123456789"}, 10);
  expect("data: 01234\ndata: 01234\n\ndata: ok\n\n", {"|!", "|ok"}, 10);
  expect("data: ok\n:" + std::string(500, 'c') + "\n\ndata: " + std::string(500, 'x') +
             "\ndata: y\n\ndata: ok\n\n",
         {"|ok", "|!", "|ok"}, 10);
}

TEST(SseFrames, TheServerSaysHowLongToWait) {
  SseFrames frames(100);
  frames.feed("retry: 2500\n\nretry: soon\n\nretry: 99999999999999999999\n\n");
  EXPECT_FALSE(frames.next());
  EXPECT_EQ(frames.retry(), 2500ms);
}

TEST(SseContinuity, NumbersThatLeapOrBeginAnewAreGaps) {
  SseContinuity ids("41", false);
  for (int id = 42; id < 60; ++id) EXPECT_FALSE(ids.next(std::to_string(id)));
  EXPECT_EQ(ids.next("62"), "events 60 to 61 did not come");
  EXPECT_FALSE(ids.next("70")) << "ids that are not steady say nothing";
  ids.connected();
  EXPECT_TRUE(ids.next("1"));
  EXPECT_FALSE(ids.next("1"));
  ids.connected();
  EXPECT_FALSE(ids.next("abc"));
  EXPECT_FALSE(ids.next("2"));
}

TEST(SseContinuity, ALeapWhileWeWereAwayIsAGapWhereTheIdsHadBeenSteady) {
  SseContinuity before("", false);
  for (int id = 1; id < 40; ++id) (void)before.next(std::to_string(id));
  ASSERT_TRUE(before.steady());
  EXPECT_EQ(SseContinuity("39", before.steady()).next("100"), "events 40 to 99 did not come");
  EXPECT_FALSE(SseContinuity("39", false).next("100"));
  (void)before.next("100");
  EXPECT_FALSE(before.steady());
}

TEST(SsePosition, SurvivesBeingWritten) {
  EXPECT_FALSE(
      read_sse_position(R"({"version":1,"last_event_id":"1","read":true,"epoch":"x"})")->steady)
      << "an older one";
  const SsePosition position{"a \"b\" \xC3\xA9", true, "f00", true};
  EXPECT_EQ(read_sse_position(sse_position_json(position)).value(), position);
  for (const char* text : {"", "{}", "[]", R"({"version":2})",
                           R"({"version":1,"last_event_id":1,"read":true,"epoch":"x"})"})
    EXPECT_FALSE(read_sse_position(text)) << text;
}

TEST(Reconnect, WaitsLongerWithEveryFailureUpToAMinute) {
  Reconnect again;
  EXPECT_EQ(again.wait(1), 1000ms);
  EXPECT_EQ(again.wait(0), 1000ms);
  EXPECT_EQ(again.wait(1), 4000ms);
  for (int i = 0; i < 100; ++i) EXPECT_LE(again.wait(1), 60s);
  EXPECT_EQ(again.wait(0), 30s);
  EXPECT_EQ(again.wait(0, 90s), 90s);
  EXPECT_EQ(again.wait(0, 24h), 5min) << "nobody sends us away for a day";
  again.stood(9s);
  EXPECT_GE(again.wait(0), 30s);
  again.stood(10s);
  EXPECT_EQ(again.wait(1), 1000ms);
  again.succeeded();
  again.base(200ms);
  EXPECT_EQ(again.wait(1), 200ms);
}

}  // namespace
}  // namespace alarum::ingest::sse_test
