#include "deliver/queue.h"

#include <gtest/gtest.h>

#include <set>

#include "alert/codec.h"
#include "tests/deliver/deliveries.h"

namespace alarum::deliver {
namespace {

using receivers::verdict_of_failure;

TEST(Queue, KeepsTheOrderOfAGroupAndNoneBetweenGroups) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.add(2, "a");
  delivery.add(3, "b");
  EXPECT_EQ(delivery.go(), (Sequences{1, 3}));
  EXPECT_EQ(delivery.end(1, kOk)->outcome, Outcome::delivered);
  EXPECT_EQ(delivery.go(), (Sequences{2}));
  EXPECT_EQ(delivery.queue.size(), 2u);
}

TEST(Queue, WhatIsTriedAgainKeepsItsPlaceAndDelaysNobodyElse) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.add(2, "a");
  delivery.add(3, "b");
  delivery.go();
  EXPECT_FALSE(delivery.end(1, kRetry));
  delivery.end(3, kOk);
  delivery.add(4, "b");
  EXPECT_EQ(delivery.go(), (Sequences{4})) << "group a waits, firing before resolved";
  delivery.pass(1s);
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  delivery.end(1, kOk);
  EXPECT_EQ(delivery.go(), (Sequences{2}));
}

TEST(Queue, BacksOffTwiceAsLongEachTimeUpToTheBound) {
  Delivery delivery;
  delivery.add(1, "a");
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    ASSERT_EQ(delivery.go(), (Sequences{1}));
    delivery.end(1, kRetry);
    EXPECT_EQ(delivery.queue.next_wait(delivery.now), wait);
    delivery.pass(wait - 1s);
    EXPECT_TRUE(delivery.go().empty());
    delivery.pass(1s);
  }
}

TEST(Queue, RetryAfterIsObeyed) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.go();
  delivery.end(1, kRetry, 30s);
  EXPECT_EQ(delivery.queue.next_wait(delivery.now), 30s);
}

TEST(Queue, TheLongestPauseThatATargetAskedForHolds) {
  Delivery delivery;
  for (const std::uint64_t i : {1, 2, 3}) delivery.add(i, std::to_string(i));
  EXPECT_EQ(delivery.go(), (Sequences{1, 2, 3}));
  delivery.ends(1, kRetry, 40s, true);
  delivery.ends(2, kRetry, 5s, true);  // was under way by then
  delivery.add(4, "4");
  delivery.pass(39s);
  EXPECT_EQ(delivery.go(), Sequences());
  delivery.pass(1s);
  EXPECT_EQ(delivery.go().size(), 3u);
}

TEST(Queue, EachAttemptThatWillBeMadeAgainIsTold) {
  Delivery delivery;
  delivery.add(1, "a");
  for (std::uint32_t attempt = 1; attempt <= 2; ++attempt) {
    EXPECT_EQ(delivery.go(), (Sequences{1}));
    EXPECT_FALSE(delivery.end(1, kRetry));
    const auto told = delivery.queue.retried();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(std::tuple(told[0].id, told[0].outcome, told[0].attempts, told[0].detail, told[0].at),
              std::tuple("n1", Outcome::waiting, attempt, "x", delivery.now.wall));
    delivery.pass(10s);
  }
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_TRUE(delivery.end(1, kOk));
  EXPECT_TRUE(delivery.queue.retried().empty());
}

TEST(Queue, WhatIsRefusedOrTooOldIsDead) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.add(2, "b");
  delivery.go();
  EXPECT_EQ(delivery.end(1, kDead)->outcome, Outcome::dead);
  delivery.pass(3601s);
  EXPECT_EQ(delivery.end(2, kRetry)->outcome, Outcome::dead);
  delivery.add(3, "c");
  delivery.pass(3601s);
  EXPECT_TRUE(delivery.go().empty());
  ASSERT_EQ(delivery.dead.size(), 1u);
  EXPECT_EQ(delivery.dead[0].detail, "max_age");
  EXPECT_EQ(delivery.queue.size(), 0u);
}

// Seeds 403961 and 404171: letters that no answer had killed said that one had.
TEST(Queue, WhoIsGivenUpForAnotherReasonThanTheAnswerSaysSo) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.add(2, "b");
  EXPECT_EQ(delivery.go(), (Sequences{1, 2}));
  delivery.pass(3601s);
  EXPECT_EQ(delivery.end(1, kRetry)->detail, "max_age");
  ASSERT_EQ(delivery.queue.retried().size(), 1u) << "what the target said is told as well";
  (void)delivery.targets({"other"});
  EXPECT_EQ(delivery.end(2, kRetry)->detail, "target_gone");
  EXPECT_EQ(delivery.queue.retried().size(), 1u);
  EXPECT_EQ(delivery.queue.size(), 0u);
}

TEST(Queue, ADigestOfATargetThatIsGoneDiesOfThat) {
  Delivery delivery;
  delivery.limit(1);
  for (std::uint64_t i = 1; i <= 3; ++i) delivery.add(i, std::to_string(i));
  EXPECT_EQ(delivery.go(), (Sequences{3}));
  EXPECT_TRUE(delivery.targets({"other"}).empty());
  EXPECT_TRUE(delivery.ends(3, kRetry).empty());
  EXPECT_TRUE(delivery.go().empty());
  ASSERT_EQ(delivery.dead.size(), 3u);
  for (const auto& receipt : delivery.dead) EXPECT_EQ(receipt.detail, "target_gone");
}

// Seed 403961: the clock had been a day behind, and was set right.
TEST(Queue, WhatWaitsIsNotOldBecauseTheClockIsSetForward) {
  Delivery delivery;
  delivery.add(1, "a");
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_FALSE(delivery.end(1, kRetry));
  const auto wrong = delivery.now.wall;
  delivery.now.wall += 24h;
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_FALSE(delivery.end(1, kRetry));
  delivery.now.wall -= 24h;  // and is not young because it is set back
  delivery.pass(3600s);
  EXPECT_TRUE(delivery.go().empty());
  ASSERT_EQ(delivery.dead.size(), 1u);
  EXPECT_EQ(delivery.dead[0].detail, "max_age");
  // What the book held back meanwhile.
  delivery.now.wall += 24h;
  model::Notification late;
  late.sequence = 2, late.group_key = "b", late.target = "hook",
  late.created = delivery.now.wall - 24h - 60s;
  EXPECT_EQ(wrong < late.created, true);
  (void)delivery.queue.add(late, delivery.now, delivery.now);
  EXPECT_EQ(delivery.go(), (Sequences{2}));
}

TEST(Queue, OfWhatBecameOneOnlyWhatIsTooOldDies) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.is_down(1);
  delivery.pass(3000s);
  delivery.add(2, "a");
  EXPECT_EQ(delivery.go(), (Sequences{2}));
  delivery.pass(600s);
  const auto ended = delivery.ends(2, kRetry);
  ASSERT_EQ(ended.size(), 1u) << "the newest state waits for ten minutes only";
  EXPECT_EQ(std::tuple(ended[0].id, ended[0].outcome, ended[0].detail),
            std::tuple("n1", Outcome::dead, "max_age"));
  EXPECT_EQ(delivery.queue.size(), 1u);
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{2}));
  EXPECT_EQ(delivery.end(2, kOk)->outcome, Outcome::delivered);
  EXPECT_EQ(delivery.queue.size(), 0u);
}

TEST(WallSteps, TakesNobodyForOlderThanItIs) {
  WallSteps steps;
  const Time begin(Duration(1'000'000s));
  steps.see(0s, begin);
  steps.see(10s, begin + 11s);  // that is none
  EXPECT_EQ(steps.age(begin, 10s, begin + 11s), 11s);
  steps.see(20s, begin + 20s + 1h);
  EXPECT_EQ(steps.age(begin, 30s, begin + 30s + 1h), 31s);
  EXPECT_EQ(steps.age(begin + 20s + 1h, 30s, begin + 30s + 1h), 10s) << "made afterwards";
  EXPECT_EQ(steps.age(begin, 15s, begin + 15s), 15s) << "before the clock was set";
  EXPECT_EQ(steps.age(begin, 15s, begin + 15s + 1h), 16s) << "set, and not seen yet";
  EXPECT_EQ(steps.age(begin + 30min, 30s, begin + 30s + 1h), 0s);
  for (int i = 1; i <= 100; ++i) steps.see(20s + i * 1min, begin + 20s + i * 1min + 1h + i * 1h);
  EXPECT_EQ(steps.age(begin, 30s + 100min, begin + 30s + 100min + 101h), 31s + 100min)
      << "however many there were";
}

TEST(WallSteps, KnowsOfAStepThatOnlyAnotherThreadSaw) {
  const Time right(Duration(1'000'000s));
  WallSteps steps;
  steps.see(0s, right);
  steps.see(15s, right + 15s);
  steps.see(10s, right + 10s - 21h);  // comes late
  EXPECT_EQ(steps.age(right + 11s - 21h, 16s, right + 16s), 5s);
  steps.see(20s, right + 20s);
  EXPECT_EQ(steps.age(right + 11s - 21h, 25s, right + 25s), 14s);
  EXPECT_EQ(steps.age(right + 21s, 25s, right + 25s), 4s) << "made afterwards";
}

// Seed 5006246: the journal stamped while the clock was wrong, and delivery had no turn meanwhile.
TEST(Queue, AClockThatWentBackAndForthBetweenItsLooksMakesNobodyOlder) {
  Delivery delivery;
  delivery.add(1, "a");
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  delivery.pass(10s);
  auto wrong = delivery.now;
  wrong.wall -= 21h;
  auto made = delivery.notification(2, "b");
  made.created = wrong.wall;
  delivery.pass(14s);
  delivery.queue.see_clocks(wrong);
  EXPECT_TRUE(delivery.queue.add(made, delivery.now, delivery.now).empty());
  EXPECT_EQ(delivery.go(), (Sequences{2}));
  EXPECT_TRUE(delivery.dead.empty());
}

TEST(Queue, AClockThatWentBackAndForthBeforeItsTurnMakesNobodyOlder) {
  Delivery delivery;
  const auto right = delivery.now;
  delivery.now.wall -= 2h;
  auto made = delivery.notification(1, "a");
  const auto given = delivery.now;
  delivery.now = {right.monotonic + 10s, right.wall + 10s};
  EXPECT_TRUE(delivery.queue.add(made, given, delivery.now).empty());
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_TRUE(delivery.dead.empty());
}

TEST(Queue, ATargetThatFailsGetsOneRequestAtATimeUntilItAnswers) {
  Delivery delivery;
  for (std::uint64_t i = 1; i <= 8; ++i) delivery.add(i, std::to_string(i));
  EXPECT_EQ(delivery.go(), (Sequences{1, 2, 3, 4}));
  for (std::uint64_t i = 1; i <= 4; ++i) delivery.end(i, kRetry);
  EXPECT_TRUE(delivery.go().empty()) << "not at once";
  EXPECT_EQ(delivery.queue.open_circuits(), 1u);
  delivery.pass(2s);
  EXPECT_EQ(delivery.go(), (Sequences{5})) << "one that was not tried yet";
  EXPECT_TRUE(delivery.go().empty());
  delivery.end(5, kOk);
  EXPECT_EQ(delivery.queue.open_circuits(), 0u);
  EXPECT_EQ(delivery.go().size(), 4u);
}

TEST(Queue, WhatWaitsForATargetThatIsGoneIsDeadAndNothingIsSentToIt) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.add(2, "a");
  delivery.add(3, "b");
  EXPECT_EQ(delivery.go(), (Sequences{1, 3}));
  EXPECT_TRUE(delivery.targets({"other"}).empty()) << "both heads are in flight";
  EXPECT_EQ(delivery.end(3, kRetry)->outcome, Outcome::dead);
  EXPECT_EQ(delivery.end(1, kOk)->outcome, Outcome::delivered);
  EXPECT_TRUE(delivery.go().empty());
  ASSERT_EQ(delivery.dead.size(), 1u);
  EXPECT_EQ(delivery.dead[0].detail, "target_gone");
  delivery.add(4, "a");
  EXPECT_EQ(delivery.dead.back().id, "n4");
  EXPECT_EQ(delivery.queue.size(), 0u);
}

TEST(Queue, AChangedTargetKeepsWhatWaits) {
  Delivery delivery;
  delivery.add(1, "a");
  EXPECT_TRUE(delivery.targets({"hook", "more"}).empty());
  EXPECT_EQ(delivery.go(), (Sequences{1}));
}

TEST(Queue, ABodyThatAlwaysFailsOpensNoCircuitAndDelaysNobody) {
  Delivery delivery;
  delivery.add(1, "poison");
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(delivery.go(), (Sequences{1}));
    delivery.end(1, kRetry);
    delivery.pass(60s);
  }
  EXPECT_EQ(delivery.queue.open_circuits(), 0u);
  delivery.go();
  delivery.add(2, "other");
  EXPECT_EQ(delivery.go(), (Sequences{2})) << "at once, with no time passed";
}

TEST(Queue, WhileATargetIsDownOnlyTheNewestStateOfAGroupIsTold) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.is_down(1);
  delivery.add(2, "a");
  delivery.add(3, "a");
  ASSERT_EQ(delivery.go(), (Sequences{3})) << "under the last one's sequence, with a new id";
  const auto receipts = delivery.ends(3, kOk);
  ASSERT_EQ(receipts.size(), 3u);
  EXPECT_EQ(receipts[0].id, "n1");
  EXPECT_EQ(receipts[0].detail, "x in all of 3");
  EXPECT_EQ(delivery.queue.size(), 0u);
  EXPECT_TRUE(delivery.queue.idle("hook"));
}

// After a crash they are sent one by one: who has seen one that stood for another that stood for
// them must know them all, or takes an old state for new.
TEST(Queue, WhatIsMergedTwiceNamesAllThatItStandsFor) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.is_down(1);
  delivery.add(2, "a");
  ASSERT_EQ(delivery.go(), (Sequences{2}));
  delivery.end(2, kRetry);
  delivery.pass(60s);
  delivery.add(3, "a");
  const auto* merged = delivery.queue.next(delivery.now, delivery.dead);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->headers, "Alarum-Replaces: n1 n2 n3\nAlarum-Replaces-Count: 3\n");
}

TEST(Queue, WhatWaitsBehindARateLimitIsOneDigestThatKeepsEachGroupsOrder) {
  Delivery delivery;
  delivery.limit(1);
  delivery.add(1, "a");
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  delivery.add(2, "a");
  delivery.add(3, "b");
  delivery.add(4, "c");
  delivery.end(1, kOk);
  EXPECT_TRUE(delivery.go().empty());
  EXPECT_EQ(delivery.queue.next_wait(delivery.now), 60s);
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{4})) << "2, 3 and 4 in one";
  delivery.add(5, "b");
  EXPECT_TRUE(delivery.ends(4, kRetry).empty());
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{4})) << "5 waits behind its group's digest";
  const auto receipts = delivery.ends(4, kOk);
  ASSERT_EQ(receipts.size(), 3u);
  EXPECT_EQ(receipts[1].detail, "x in all of 3");
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{5}));
}

// What waits was read anew for each attempt: quadratic in what waits.
TEST(Queue, WhatCannotBeMergedIsNotReadAgainForEachAttempt) {
  std::size_t read = 0;
  Delivery delivery;
  delivery.other = [&](const auto& parts) -> std::optional<model::Notification> {
    read += parts.size();
    return std::nullopt;
  };
  delivery.limit(600);
  constexpr std::size_t kWaiting = 2'000;
  for (std::size_t i = 1; i <= kWaiting; ++i) delivery.add(i, "g" + std::to_string(i));
  std::size_t delivered = 0;
  for (int second = 0; second < 60; ++second, delivery.pass(1s)) {
    while (const auto* next = delivery.queue.next(delivery.now, delivery.dead))
      delivered += delivery.ends(next->sequence, kOk).size();
  }
  EXPECT_EQ(delivered, 600U) << "each by itself, at its rate";
  EXPECT_LE(read, 7 * kWaiting);
}

// DESIGN §6: 10,000 alerts to a robot that takes 20 a minute arrive within five minutes.
TEST(Queue, TenThousandAlertsPassARobotThatTakesTwentyAMinute) {
  Delivery delivery;
  delivery.limit(20);
  std::size_t told = 0, requests = 0;
  std::uint64_t next = 1;
  for (int second = 0; second < 300; ++second) {
    for (int i = 0; i < 1000 && next <= 10'000; ++i, ++next)
      delivery.add(next, std::to_string(next));
    for (const auto sequence : delivery.go()) {
      ++requests;
      told += delivery.ends(sequence, kOk).size();
    }
    delivery.pass(1s);
  }
  EXPECT_EQ(told, 10'000u);
  EXPECT_LE(requests, 100u);
  EXPECT_EQ(delivery.queue.size(), 0u);
}

// One that takes twenty requests a minute, each alert of a group of its own.
struct Robot {
  Delivery delivery;
  std::set<std::uint64_t> told, dead;
  std::size_t requests = 0;

  explicit Robot(std::uint64_t alerts) {
    delivery.limit(20);
    for (std::uint64_t n = 1; n <= alerts; ++n) delivery.add(n, std::to_string(n));
  }
  void run(std::chrono::seconds seconds,
           const std::function<Verdict(const std::string& body)>& answer) {
    for (; seconds > 0s; seconds -= 1s, delivery.pass(1s)) {
      while (const auto* next = delivery.queue.next(delivery.now, delivery.dead)) {
        ++requests;
        for (const auto& receipt :
             delivery.queue.done(next->sequence, answer(next->body), delivery.now))
          EXPECT_TRUE((receipt.outcome == Outcome::delivered ? told : dead)
                          .insert(sequence_of(receipt))
                          .second);
      }
    }
  }
};

bool holds(const std::string& body, const std::set<std::uint64_t>& numbers) {
  return std::ranges::any_of(numbers, [&](const auto number) {
    return body.contains(" " + std::to_string(number) + " ");
  });
}

TEST(Queue, WhatATargetAlwaysFailsAtHoldsBackNoneOfTheDigestItWasIn) {
  const std::set<std::uint64_t> poison{1, 500};
  Robot robot(1000);
  robot.run(180s, [&](const auto& body) {
    return holds(body, poison) ? Verdict{kRetry, "500", 0s, false, true} : Verdict{};
  });
  EXPECT_EQ(robot.told.size(), 998u);
  EXPECT_FALSE(robot.told.contains(1) || robot.told.contains(500));
  EXPECT_TRUE(robot.dead.empty());
  EXPECT_EQ(robot.delivery.queue.size(), 2u) << "it is tried again by itself";
  robot.delivery.add(2000, "2000");
  robot.delivery.add(2001, "2001");
  robot.run(180s, [&](const auto& body) {
    return holds(body, poison) ? Verdict{kRetry, "500", 0s, false, true} : Verdict{};
  });
  EXPECT_EQ(robot.told.size(), 1000u);
  robot.run(2h, [&](const auto& body) {
    return holds(body, poison) ? Verdict{kRetry, "500", 0s, false, true} : Verdict{};
  });
  for (const auto& receipt : robot.delivery.dead) robot.dead.insert(sequence_of(receipt));
  EXPECT_EQ(robot.dead, poison) << "and grows too old by itself";
}

TEST(Queue, WhatATargetRefusesTakesNoneOfTheDigestItWasInWithIt) {
  const std::set<std::uint64_t> poison{3, 4, 5, 6, 7, 8, 700};
  Robot robot(1000);
  robot.run(300s, [&](const auto& body) {
    return holds(body, poison) ? Verdict{kDead, "400", 0s, false, true} : Verdict{};
  });
  EXPECT_EQ(robot.told.size(), 993u);
  EXPECT_EQ(robot.dead, poison);
}

TEST(Queue, OfATargetThatRefusesEverythingNotEachAlertIsAsked) {
  Robot robot(10'000);
  robot.run(180s, [&](const auto&) { return Verdict{kDead, "400", 0s, false, true}; });
  EXPECT_EQ(robot.dead.size(), 10'000u);
  EXPECT_LE(robot.requests, 40u);
  Robot wrong_key(1000);
  wrong_key.run(60s, [&](const auto&) { return Verdict{kDead, "403"}; });
  EXPECT_EQ(wrong_key.dead.size(), 1000u);
  EXPECT_EQ(wrong_key.requests, 1u) << "no body of ours would be taken";
}

TEST(Queue, ADigestThatCouldNotBeSentIsSentWholeWhenItCan) {
  Robot robot(1000);
  robot.run(600s, [&](const auto&) { return Verdict{kRetry, "Couldn't connect to server"}; });
  robot.requests = 0;
  robot.run(60s, [&](const auto&) { return Verdict{}; });
  EXPECT_EQ(robot.told.size(), 1000u);
  EXPECT_LE(robot.requests, 2u);
}

TEST(Queue, OfADigestOnlyWhatIsTooOldDies) {
  Robot robot(1);
  robot.delivery.queue.pause("hook", true);
  robot.run(2h, [](const auto&) { return Verdict{}; });
  robot.delivery.add(2, "2");
  robot.delivery.add(3, "3");
  robot.delivery.queue.pause("hook", false);
  robot.run(60s, [](const auto&) { return Verdict{}; });
  EXPECT_EQ(robot.told, (std::set<std::uint64_t>{2, 3}));
}

TEST(Queue, AVendorsRateErrorPausesTheWholeTarget) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.go();
  (void)delivery.ends(1, kRetry, 15s, true);
  delivery.add(2, "b");
  EXPECT_TRUE(delivery.go().empty());
  EXPECT_EQ(delivery.queue.next_wait(delivery.now), 15s);
  delivery.pass(15s);
  EXPECT_EQ(delivery.go().size(), 2u);
}

const Queue::TargetState& only(const std::vector<Queue::TargetState>& states) {
  EXPECT_EQ(states.size(), 1U);
  return states.front();
}

TEST(Queue, CountsRequestsAndNotificationsOfATarget) {
  Delivery delivery;
  for (const std::uint64_t i : {1, 2, 3}) delivery.add(i, std::to_string(i));
  delivery.pass(3s);
  delivery.go();
  delivery.pass(2s);
  (void)delivery.queue.done(1, receivers::verdict_of_status(503, 0s), delivery.now);
  (void)delivery.queue.done(2, receivers::verdict_of_status(404, 0s), delivery.now);
  delivery.end(3, kOk);
  delivery.pass(5s);
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  (void)delivery.queue.done(1, verdict_of_failure("no", receivers::Cause::connect), delivery.now);
  const auto states = delivery.queue.states();
  const auto& seen = only(states);
  EXPECT_EQ(seen.accepted, 1U);
  EXPECT_EQ(seen.failed, (std::map<std::string_view, std::uint64_t>{
                             {"status_5xx", 1}, {"status_4xx", 1}, {"connect", 1}}));
  EXPECT_EQ(std::tuple(seen.delivered, seen.dead, seen.dropped), std::tuple(1U, 1U, 0U));
  EXPECT_EQ(seen.durations.counts[11], 3U) << "three of 2 s";
  EXPECT_EQ(seen.durations.counts[0], 1U) << "one that failed at once";
  EXPECT_EQ(seen.durations.sum, 6);
  const auto delays = delivery.queue.delays().values();
  EXPECT_EQ(delays.sum, 5) << "made 5 s before its target took it";
}

TEST(Queue, CountsTheDelayOfAMergedNotificationForEachOfItsParts) {
  Delivery delivery;
  delivery.limit(1);
  for (const std::uint64_t i : {1, 2, 3}) delivery.add(i, std::to_string(i));
  delivery.pass(10s);
  const auto gone = delivery.go();
  ASSERT_EQ(gone.size(), 1U);
  (void)delivery.ends(gone.front(), kOk);
  const auto states = delivery.queue.states();
  EXPECT_EQ(only(states).accepted, 1U);
  EXPECT_EQ(only(states).delivered, 3U);
  EXPECT_EQ(delivery.queue.delays().values().sum, 30);
}

}  // namespace
}  // namespace alarum::deliver
