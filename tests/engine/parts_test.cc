// An end that names the whole is one of all its parts (docs/rules.md "Ends of parts").
#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

std::string card(const std::string& at, const std::string& subject, int number,
                 const std::string& more = "") {
  return at + " card " + subject + " data={\"card\":" + std::to_string(number) + "} " + more + '\n';
}

World world_of(const std::string& condition) {
  return World(
      "rules:\n- {alert: Card, match: card, until: up, by: [subject, {card: data.card}], " +
      condition + "}\n");
}

TEST(Parts, AnEndOfTheWholeEndsThemAndNoOthers) {
  auto world = world_of("resolve_after: 24h");
  world.play(card("0m", "s1", 1) + card("0m", "s1", 2) + card("0m", "s10", 1) +
             card("0m", "s1,x", 1) + "1m card s1\n");
  world.told();
  world.play("2m up s1");
  EXPECT_EQ(world.told(),
            "2m resolved Card{subject=s1} recovered\n2m resolved Card{subject=s1,card=1} "
            "recovered\n2m resolved Card{subject=s1,card=2} recovered\n");
  world.play("3m up - \n4m up s10 data={\"card\":2}");
  EXPECT_EQ(world.told(), "");
  world.play("5m card s10 status=resolved");
  EXPECT_EQ(world.told(), "5m resolved Card{subject=s10,card=1} recovered\n");
  EXPECT_EQ(world.engine().counts().by_missing, 3U);  // of `card s1` one, of `up -` both
  EXPECT_EQ(world.engine().counts().nothing_to_end, 2U);
}

TEST(Parts, AFaultThatArrivesAfterTheEndOfItsWholeDoesNotFire) {
  auto world = world_of("resolve_after: 24h");
  world.play("1m up s1\n" + card("2m", "s1", 1, "time=30s") + card("2m", "s1", 2, "time=90s"));
  EXPECT_EQ(world.told(), "2m fired Card{subject=s1,card=2} since 1m30s\n");
  EXPECT_EQ(world.engine().counts().already_recovered, 1U);
  // By the clock of another sender it counts up to lateness before the fault; of the same sender it
  // does not.
  world.play("3m up s1 time=0m\n4m up s1 time=0m source=other");
  EXPECT_EQ(world.told(), "4m resolved Card{subject=s1,card=2} recovered\n");
}

TEST(Parts, WhatWaitsForThemIsOver) {
  auto world = world_of("for: 5m, resolve_after: 24h");
  world.play(card("0m", "s1", 1) + card("0m", "s2", 1) + "1m up s1\n20m !tick");
  EXPECT_EQ(world.told(), "5m fired Card{subject=s2,card=1} since 0s\n");
}

TEST(Parts, TheirWindowsAreEmptied) {
  for (const auto* condition : {"count: 2, within: 10m", "distinct: {data.n: 2}, within: 10m"}) {
    auto world = world_of(condition);
    const auto hit = [](const char* at, int number, int n) {
      return std::string(at) + " card s1 data={\"card\":" + std::to_string(number) +
             ",\"n\":" + std::to_string(n) + "}";
    };
    world.play(hit("0m", 1, 1) + '\n' + hit("0m", 2, 1) + '\n' + hit("1m", 2, 2) + '\n' +
               "2m up s1\n" + hit("3m", 1, 2) + '\n' + hit("3m", 2, 3));
    EXPECT_EQ(world.told(),
              "1m fired Card{subject=s1,card=2}\n2m resolved Card{subject=s1,card=2} recovered\n")
        << condition;
    // Out of order, also of a part of which nothing was known.
    world.play(hit("3m30s", 3, 1) + " time=119s\n" + hit("3m30s", 3, 2) + " time=150s");
    EXPECT_EQ(world.told(), "") << condition;
    world.play(hit("5m", 3, 3));
    EXPECT_EQ(world.told(), "5m fired Card{subject=s1,card=3}\n") << condition;
  }
}

TEST(Parts, TheirSequencesBeginAnewAndEnd) {
  World world(
      "rules:\n- {alert: Twice, sequence: [card, {type: again}], within: 10m, until: up, by: "
      "[subject, {card: data.card}], resolve_after: 24h}\n");
  const std::string again = " again s1 data={\"card\":";
  world.play(card("0m", "s1", 1) + card("0m", "s1", 2) + "1m" + again + "1}\n2m up s1\n3m" + again +
             "2}");
  EXPECT_EQ(world.told(),
            "1m fired Twice{subject=s1,card=1}\n2m resolved Twice{subject=s1,card=1} recovered\n");
  // The steps are forgotten long before the alert ends.
  world.play(card("10m", "s1", 3) + "11m" + again + "3}\n5h up s1");
  EXPECT_EQ(world.told(),
            "11m fired Twice{subject=s1,card=3}\n5h resolved Twice{subject=s1,card=3} recovered\n");
}

TEST(Parts, AnAbsentOneIsHeardWithItsWhole) {
  World world(
      "rules:\n- {alert: Lost, match: card, until: up, absent: 10m, by: [subject, {card: "
      "data.card}], silent_share: 100%}\n");
  world.play(card("0m", "s1", 1) + card("5m", "s1", 2) + "12m up s1\n21m !tick");
  EXPECT_EQ(world.told(),
            "10m fired Lost{subject=s1,card=1}\n12m resolved Lost{subject=s1,card=1} recovered\n");
  world.play("23m !tick");
  EXPECT_EQ(world.told(), "22m fired Lost{subject=s1,card=1}\n22m fired Lost{subject=s1,card=2}\n");
}

TEST(Parts, AnAlertThatEndsSaysNothingOfOthersThatShareItsLabels) {
  World world(R"(
rules:
- {alert: Hot, match: hot, until: cool, by: subject, resolve_after: 24h}
- {alert: Gone, match: card, by: [subject, {card: data.card}], resolve_after: 24h}
- {alert: Trouble, match: {alert: [Hot, Gone]}, by: [subject, card], resolve_after: 24h}
)");
  world.play("0m hot s1\n" + card("1m", "s1", 1) + "2m cool s1");
  EXPECT_EQ(world.told(),
            "0s fired Hot{subject=s1}\n0s fired Trouble{subject=s1}\n1m fired "
            "Gone{subject=s1,card=1}\n1m fired Trouble{subject=s1,card=1}\n"
            "2m resolved Hot{subject=s1} recovered\n2m resolved Trouble{subject=s1} recovered\n");
}

TEST(Parts, RecoveriesTakeNothingOutOfAWindowThatCountsAcrossThem) {
  World world(
      "rules:\n- {alert: Flapping, match: down, count: 3, within: 10m, across_recoveries: true, "
      "by: subject}\n");
  world.play(
      "0m down s1\n1m down s1 status=resolved\n2m down s1\n3m down s1 status=resolved\n4m down "
      "s1\n5m down s1 status=resolved\n30m !tick");
  EXPECT_EQ(world.told(),
            "4m fired Flapping{subject=s1}\n20m resolved Flapping{subject=s1} drained\n");
}

}  // namespace
}  // namespace alarum::engine
