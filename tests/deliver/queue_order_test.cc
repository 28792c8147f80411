// An alert that a reload moved: order between groups.
#include <gtest/gtest.h>

#include "alert/codec.h"
#include "tests/deliver/deliveries.h"

namespace alarum::deliver {
namespace {

// What a group says of alerts whose labels are `{"name": NAME}`.
std::string about(const std::vector<std::string>& names) {
  model::Message message{"ops", "g", {}, {}};
  for (const auto& name : names) {
    model::Change change;
    change.alert.labels = {{"name", name}};
    message.changes.push_back(change);
  }
  return alert::message_json(message);
}

TEST(Queue, WhatIsSaidOfAnAlertInItsNewGroupWaitsForItsFormerOne) {
  Delivery delivery;
  delivery.add(1, "former", "hook", about({"a"}));
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_FALSE(delivery.end(1, kRetry));
  delivery.add(2, "new", "hook", about({"b", "a"}));
  delivery.add(3, "new", "hook", about({"b"}));
  delivery.add(4, "other", "hook", about({"c"}));
  EXPECT_EQ(delivery.go(), (Sequences{4})) << "its end would arrive before it fires";
  EXPECT_EQ(delivery.queue.next_wait(delivery.now), 1s);
  delivery.pass(1s);
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  EXPECT_EQ(delivery.go(), Sequences());
  EXPECT_EQ(delivery.end(1, kOk)->outcome, Outcome::delivered);
  EXPECT_EQ(delivery.go(), (Sequences{2}));
  delivery.end(2, kOk);
  EXPECT_EQ(delivery.go(), (Sequences{3}));
  delivery.end(3, kOk), delivery.end(4, kOk);
  EXPECT_TRUE(delivery.queue.idle("hook"));
}

TEST(Queue, WhatWaitsForAnotherGroupIsInNoDigest) {
  Delivery delivery;
  delivery.limit(1);
  delivery.add(1, "former", "hook", about({"a"}));
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  delivery.end(1, kRetry, 90s);
  delivery.add(2, "new", "hook", about({"b"}));
  delivery.add(3, "new", "hook", about({"a"}));
  delivery.add(4, "other", "hook", about({"c"}));
  delivery.pass(60s);
  const auto* digest = delivery.queue.next(delivery.now, delivery.dead);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->body, " 2  4 ");
  EXPECT_EQ(delivery.ends(4, kOk).size(), 2u);
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{1}));
  delivery.end(1, kDead);
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), (Sequences{3}));
}

TEST(Queue, OfAGroupOnlyWhatWaitsForNoOtherBecomesOneNotification) {
  Delivery delivery;
  delivery.add(1, "former", "hook", about({"a"}));
  delivery.add(2, "new", "hook", about({"b"}));
  EXPECT_EQ(delivery.go(), (Sequences{1, 2}));
  for (int failures = 0; failures < 2; ++failures) {
    delivery.end(2, kRetry);
    delivery.pass(60s);
    EXPECT_EQ(delivery.go(), (Sequences{2}));
  }
  delivery.end(2, kRetry);
  delivery.pass(60s);
  delivery.add(3, "new", "hook", about({"b"}));
  delivery.add(4, "new", "hook", about({"a"}));
  delivery.add(5, "new", "hook", about({"b"}));
  const auto* merged = delivery.queue.next(delivery.now, delivery.dead);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->body, " 2  3 ");
  delivery.ends(3, kOk);
  EXPECT_EQ(delivery.go(), Sequences());
  delivery.end(1, kOk);
  EXPECT_EQ(delivery.go(), (Sequences{4}));
}

TEST(Queue, OfATargetThatIsGoneWhatWaitsForAnotherGroupIsDeadAsWell) {
  Delivery delivery;
  delivery.add(1, "former", "hook", about({"a"}));
  delivery.add(2, "new", "hook", about({"a"}));
  EXPECT_EQ(delivery.targets({}).size(), 2u);
  EXPECT_EQ(delivery.queue.size(), 0u);
}

}  // namespace
}  // namespace alarum::deliver
