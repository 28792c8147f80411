#include "api/streams.h"

#include <gtest/gtest.h>

#include "api/event_filter.h"
#include "api/stream_parts.h"

namespace alarum::api {
namespace {

TEST(StreamEvent, IsWhatTheStandardSays) {
  EXPECT_EQ(stream_event("tick", "e-7", "{}"), "event: tick\nid: e-7\ndata: {}\n\n");
  EXPECT_EQ(stream_event("tick", "", "{}"), "event: tick\ndata: {}\n\n");
}

TEST(StreamPlace, ThereAreSoManyAndOneIsFreeAgainWhenAStreamEnds) {
  const auto count = std::make_shared<std::atomic<std::size_t>>(0);
  std::vector<StreamPlace> taken;
  for (std::size_t i = 0; i < kMostStreams; ++i) {
    auto place = StreamPlace::take(count);
    ASSERT_TRUE(place) << i;
    taken.push_back(std::move(*place));
  }
  EXPECT_FALSE(StreamPlace::take(count));
  taken.pop_back();
  EXPECT_EQ(*count, kMostStreams - 1);
  EXPECT_TRUE(StreamPlace::take(count));
  taken.clear();
  EXPECT_EQ(*count, 0U);
}

TEST(StreamClock, TicksWhenNothingWasSentForTenSeconds) {
  const auto view = std::make_shared<const ConfigView>();
  StreamClock clock(view, nullptr);
  EXPECT_TRUE(clock.tick_due()) << "at the beginning";
  clock.sent();
  std::size_t rounds = 0;
  for (; !clock.tick_due(); ++rounds) EXPECT_EQ(clock.next_round(view), "");
  EXPECT_EQ(rounds * kStreamRound, std::chrono::seconds(10));
}

TEST(StreamClock, EndsAtAStopAtAReloadAndOfAge) {
  const auto view = std::make_shared<const ConfigView>();
  std::atomic<bool> stopping = false;
  StreamClock clock(view, &stopping);
  EXPECT_EQ(clock.next_round(view), "");
  EXPECT_EQ(clock.next_round(std::make_shared<const ConfigView>()), "reload");
  stopping = true;
  EXPECT_EQ(clock.next_round(view), "stopping");
  StreamClock old(view, nullptr);
  std::size_t rounds = 0;
  while (old.next_round(view).empty()) ++rounds;
  EXPECT_EQ(rounds * kStreamRound, std::chrono::minutes(15));
  EXPECT_EQ(old.next_round(view), "age");
}

TEST(EventFilter, AsksForRulesThatFit) {
  const auto filter = *EventFilter::of(Query("rule=Down"));
  EXPECT_TRUE(filter.takes_rules({"Up", "Down"}));
  EXPECT_FALSE(filter.takes_rules({"Up"}));
  const auto unmatched = *EventFilter::of(Query("unmatched=true"));
  EXPECT_TRUE(unmatched.takes_rules({}));
  EXPECT_FALSE(unmatched.takes_rules({"Up"}));
  EXPECT_TRUE(EventFilter::of(Query(""))->takes_rules({"Up"}));
  EXPECT_FALSE(EventFilter::of(Query("unmatched=perhaps")));
}

}  // namespace
}  // namespace alarum::api
