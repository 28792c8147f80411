#include "app/target_watch.h"

#include <gtest/gtest.h>

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

struct Watching {
  TargetWatch watch;
  std::map<std::string, std::chrono::nanoseconds> failing;  ///< by target: since when

  TargetWatch::Outcome look(std::chrono::nanoseconds now) {
    TargetWatch::Seen seen;
    for (const auto& [name, since] : failing)
      seen.failing.push_back({name,
                              {since, Time(std::chrono::duration_cast<Duration>(since))},
                              "401",
                              "sign not match",
                              false});
    seen.waiting = {{"a/webhook/0", 7}};
    return watch.look(seen, {now, Time(std::chrono::duration_cast<Duration>(now))});
  }
};

TEST(TargetWatch, OneAlertStandsForAllThatFailForAWhile) {
  Watching town;
  EXPECT_FALSE(town.look(0s).post);
  town.failing = {{"a/webhook/0", 10s}, {"b/webhook/0", 11s}};
  EXPECT_FALSE(town.look(129s).post) << "not for a moment";
  const auto first = town.look(131s);
  ASSERT_TRUE(first.post);
  EXPECT_EQ(first.failing, (std::set<std::string>{"a/webhook/0", "b/webhook/0"}));
  EXPECT_EQ(first.post->labels,
            (model::Labels{{"alertname", "AlarumTargetFailing"}, {"severity", "critical"}}));
  EXPECT_EQ(first.post->annotations.at("summary"), "2 targets take no notifications");
  EXPECT_EQ(
      first.post->annotations.at("description"),
      "a/webhook/0 has taken nothing since 1970-01-01T00:00:10Z (401: \"sign not match\"), 7 wait; "
      "b/webhook/0 has taken nothing since 1970-01-01T00:00:11Z (401: \"sign not match\"), 0 wait");
  EXPECT_FALSE(first.post->ends_at);
}

TEST(TargetWatch, ItIsPostedEachMinuteAndAtOnceWhenThereIsNews) {
  Watching town;
  town.failing = {{"a/webhook/0", 0s}};
  const auto first = town.look(120s);
  ASSERT_TRUE(first.post);
  EXPECT_FALSE(town.look(125s).post) << "somebody asked for the ledger";
  EXPECT_EQ(town.look(180s).post->annotations.at("stage"), "a/webhook/0");
  town.failing["b/webhook/0"] = 61s;
  EXPECT_EQ(town.look(182s).post->annotations.at("stage"), "a/webhook/0, b/webhook/0")
      << "another stage is notified";
  town.failing.erase("a/webhook/0");
  EXPECT_EQ(town.look(240s).post->annotations.at("stage"), "a/webhook/0, b/webhook/0")
      << "one fewer is not";
  town.failing.clear();
  const auto over = town.look(241s);
  ASSERT_TRUE(over.post && over.post->ends_at);
  EXPECT_EQ(over.post->starts_at, first.post->starts_at);
  EXPECT_FALSE(town.look(300s).post);
}

TEST(TargetWatch, WhatFailsForBuiltInAlertsAloneRaisesNoneButIsNotWhereTheyGo) {
  TargetWatch watch;
  const auto outcome = watch.look({{{"a/webhook/0", {}, "401", "", true}}, {}}, {120s, Time()});
  EXPECT_FALSE(outcome.post);
  EXPECT_EQ(outcome.failing, std::set<std::string>{"a/webhook/0"});
}

TEST(TargetWatch, HoweverManyFailItsTextsAreBounded) {
  Watching town;
  for (int i = 0; i < 1000; ++i) town.failing["r" + std::to_string(i) + "/webhook/0"] = 0s;
  const auto posted = *town.look(120s).post;
  EXPECT_TRUE(posted.annotations.at("stage").ends_with(", and 980 more"))
      << posted.annotations.at("stage");
  EXPECT_LT(posted.annotations.at("description").size(), 3000u);
}

}  // namespace
}  // namespace alarum::app
