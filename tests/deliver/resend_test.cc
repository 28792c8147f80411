#include "deliver/resend.h"

#include <gtest/gtest.h>

#include "deliver/heartbeat.h"

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;
using Targets = std::map<std::string, Resend::Terms>;

constexpr Resend::Terms kTerms{60s, 15s};

/// Resends with time as it passes: what is asked for comes back as `b1`: the target, and the
/// number.
struct Story {
  Resend resend;
  Resend::Nanoseconds now{};
  std::map<std::string, std::size_t> in_flight;

  explicit Story(const Targets& targets = {{"b", kTerms}}) { resend.reconfigure(targets, now); }
  std::string after(Resend::Nanoseconds passed) {
    now += passed;
    std::string asked;
    for (const auto& [target, number] :
         resend.advance(now, [this](const std::string& name) { return in_flight[name]; }))
      asked += target + std::to_string(number) + ' ';
    return asked;
  }
  bool answered(const std::string& target, std::uint64_t number, bool empty = false) {
    return resend.answered({target, number}, empty, now);
  }
};

TEST(Resend, PausesItsTargetFromTheRequestToTheEnd) {
  Story story;
  EXPECT_EQ(story.after(59s), "");
  EXPECT_FALSE(story.resend.paused("b"));
  story.in_flight["b"] = 1;
  EXPECT_EQ(story.after(1s), "");
  EXPECT_TRUE(story.resend.paused("b")) << "what is in flight ends first";
  story.in_flight["b"] = 0;
  EXPECT_EQ(story.after(1s), "b1 ");
  EXPECT_TRUE(story.answered("b", 1));
  EXPECT_TRUE(story.resend.paused("b"));
  EXPECT_EQ(story.resend.ended(1, story.now), "b");
  EXPECT_FALSE(story.resend.paused("b"));
  EXPECT_EQ(story.after(59s), "");
  EXPECT_EQ(story.after(1s), "b2 ");
  EXPECT_FALSE(story.answered("b", 2, true)) << "nothing fires";
  EXPECT_FALSE(story.resend.paused("b"));
}

TEST(Resend, AReloadReleasesTheRightTarget) {
  for (const std::string other : {"a", "c"}) {
    Story story;
    story.after(60s);
    story.answered("b", 1);
    story.resend.reconfigure({{"b", kTerms}, {other, kTerms}}, story.now);
    EXPECT_TRUE(story.resend.paused("b")) << "its request is still under way";
    EXPECT_FALSE(story.resend.paused(other));
    EXPECT_EQ(story.resend.ended(1, story.now), "b");
    EXPECT_FALSE(story.resend.paused("b")) << "beside " << other;
    EXPECT_FALSE(story.resend.paused(other));
  }
}

TEST(Resend, AReloadThatRemovesTheTargetForgetsItsResend) {
  Story story;
  story.after(60s);
  story.resend.reconfigure({{"c", kTerms}}, story.now);
  EXPECT_FALSE(story.answered("b", 1));
  story.resend.reconfigure({{"b", kTerms}}, story.now);
  EXPECT_FALSE(story.resend.paused("b"));
  EXPECT_FALSE(story.answered("b", 1)) << "the answer was for what it was before";
  EXPECT_EQ(story.after(60s), "b2 ");
  story.answered("b", 2);
  story.resend.reconfigure({}, story.now);
  story.resend.reconfigure({{"b", kTerms}}, story.now);
  EXPECT_EQ(story.resend.ended(2, story.now), std::nullopt);
  EXPECT_EQ(story.after(60s), "b3 ");
}

TEST(Resend, AReloadChangesThePeriodAtOnce) {
  Story story;
  story.after(20s);
  story.resend.reconfigure({{"b", {10s, 15s}}}, story.now);
  EXPECT_EQ(story.after(0s), "b1 ");
  story.answered("b", 1);
  story.resend.reconfigure({{"b", {30s, 15s}}}, story.now);
  EXPECT_TRUE(story.resend.paused("b"));
  story.resend.ended(1, story.now);
  EXPECT_EQ(story.after(29s), "");
  EXPECT_EQ(story.after(1s), "b2 ");
}

TEST(Resend, NoStepIsWaitedForWithoutALimit) {
  Story story;
  story.in_flight["b"] = 1;
  story.after(60s);
  EXPECT_TRUE(story.resend.paused("b"));
  story.after(Resend::kDrain);
  EXPECT_FALSE(story.resend.paused("b")) << "a request that does not end";
  story.in_flight["b"] = 0;
  EXPECT_EQ(story.after(60s), "b1 ");
  story.after(Resend::kAnswer);
  EXPECT_FALSE(story.resend.paused("b")) << "the answer is lost";
  EXPECT_FALSE(story.answered("b", 1)) << "or comes too late";
  EXPECT_EQ(story.after(60s), "b2 ");
  EXPECT_FALSE(story.answered("b", 1));
  EXPECT_TRUE(story.answered("b", 2));
  story.after(14s);
  EXPECT_TRUE(story.resend.paused("b"));
  story.after(1s);
  EXPECT_FALSE(story.resend.paused("b")) << "the resend does not end";
  EXPECT_EQ(story.after(60s), "b3 ");
  story.answered("b", 3);
  EXPECT_EQ(story.resend.ended(2, story.now), std::nullopt) << "the end of the one before";
  EXPECT_TRUE(story.resend.paused("b"));
  EXPECT_EQ(story.resend.given_up(), 3u);
}

TEST(Heartbeat, OneAtATimeAndNotWaitedForWithoutALimit) {
  Heartbeat heartbeat;
  EXPECT_FALSE(heartbeat.take_due(0s));
  heartbeat.reconfigure(60s, 15s, 0s);
  EXPECT_TRUE(heartbeat.take_due(0s));
  EXPECT_FALSE(heartbeat.take_due(59s));
  EXPECT_TRUE(heartbeat.take_due(60s));
  const auto first = heartbeat.sent(60s);
  EXPECT_FALSE(heartbeat.take_due(74s));
  EXPECT_TRUE(heartbeat.take_due(120s)) << "the request does not end";
  const auto second = heartbeat.sent(120s);
  heartbeat.ended(first);
  heartbeat.reconfigure(5s, 15s, 121s);
  EXPECT_TRUE(heartbeat.take_due(121s)) << "of the new one, whatever is in flight to the old";
  const auto third = heartbeat.sent(121s);
  heartbeat.ended(second);
  EXPECT_FALSE(heartbeat.take_due(127s)) << "the end of the old one is not that of the new";
  heartbeat.ended(third);
  EXPECT_TRUE(heartbeat.take_due(127s));
}

}  // namespace
}  // namespace alarum::deliver
