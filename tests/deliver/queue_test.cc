#include "deliver/queue.h"

#include <gtest/gtest.h>

namespace alarum::deliver {
namespace {

using namespace std::chrono_literals;
using Outcome = model::Receipt::Outcome;

struct Delivery {
  Queue queue{{1s, 60s, 3, [] { return 1.0; }}};
  Moment now{0s, Time(Duration(1'000'000s))};
  std::vector<model::Receipt> dead;

  Delivery() { targets({"hook"}); }
  std::vector<model::Receipt> targets(const std::vector<std::string>& names, std::size_t concurrency = 4) {
    std::vector<Target> targets;
    for (const auto& name : names) {
      targets.push_back({});
      targets.back().name = name;
      targets.back().concurrency = concurrency;
      targets.back().max_age = 1h;
    }
    return queue.set_targets(targets, now);
  }
  void add(std::uint64_t sequence, const std::string& group, const std::string& target = "hook") {
    model::Notification notification;
    notification.sequence = sequence;
    notification.group_key = group;
    notification.target = target;
    notification.created = now.wall;
    if (auto receipt = queue.add(notification, now)) dead.push_back(*receipt);
  }
  /// All that may go now.
  std::vector<std::uint64_t> go() {
    std::vector<std::uint64_t> gone;
    while (const auto* next = queue.next(now, dead)) gone.push_back(next->sequence);
    return gone;
  }
  void pass(std::chrono::seconds by) { now.monotonic += by, now.wall += by; }
  auto end(std::uint64_t sequence, Verdict::Kind kind, std::chrono::seconds retry_after = 0s) {
    return queue.done(sequence, {kind, "x", retry_after}, now);
  }
};

using Sequences = std::vector<std::uint64_t>;
constexpr auto kOk = Verdict::Kind::delivered, kRetry = Verdict::Kind::retry, kDead = Verdict::Kind::dead;

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

TEST(Queue, ATargetThatFailsGetsOneRequestAtATimeUntilItAnswers) {
  Delivery delivery;
  for (std::uint64_t i = 1; i <= 8; ++i) delivery.add(i, std::to_string(i));
  EXPECT_EQ(delivery.go(), (Sequences{1, 2, 3, 4}));
  for (std::uint64_t i = 1; i <= 4; ++i) delivery.end(i, kRetry);
  EXPECT_EQ(delivery.go().size(), 1u);
  EXPECT_TRUE(delivery.go().empty());
  delivery.end(5, kOk);
  EXPECT_EQ(delivery.go().size(), 3u) << "6, 7 and 8";
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
  EXPECT_EQ(delivery.dead.back().sequence, 4u);
  EXPECT_EQ(delivery.queue.size(), 0u);
}

TEST(Queue, AChangedTargetKeepsWhatWaits) {
  Delivery delivery;
  delivery.add(1, "a");
  EXPECT_TRUE(delivery.targets({"hook", "more"}).empty());
  EXPECT_EQ(delivery.go(), (Sequences{1}));
}

TEST(Verdict, OfEveryStatus) {
  for (const long status : {200L, 202L, 204L}) EXPECT_EQ(verdict_of_status(status, 0s).kind, kOk) << status;
  for (const long status : {408L, 425L, 429L, 500L, 503L}) EXPECT_EQ(verdict_of_status(status, 0s).kind, kRetry) << status;
  for (const long status : {301L, 302L, 400L, 401L, 404L, 410L}) EXPECT_EQ(verdict_of_status(status, 0s).kind, kDead) << status;
  EXPECT_EQ(verdict_of_status(503, 30s).retry_after, 30s);
  EXPECT_EQ(verdict_of_status(503, 1'000'000s).retry_after, kMostRetryAfter);
  EXPECT_EQ(verdict_of_failure("no").kind, kRetry);
}

}  // namespace
}  // namespace alarum::deliver
