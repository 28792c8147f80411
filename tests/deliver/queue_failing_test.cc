// Targets that fail, and what built-in alerts say of them.
#include <gtest/gtest.h>

#include "alert/codec.h"
#include "tests/deliver/deliveries.h"

namespace alarum::deliver {
namespace {

std::vector<std::string> names_of(const std::vector<Queue::Failing>& failing) {
  std::vector<std::string> names;
  for (const auto& one : failing) names.push_back(one.target + " " + one.detail + " " + one.answer);
  return names;
}

TEST(Queue, ATargetFailsFromItsFirstFailureUntilItTakesSomething) {
  Delivery delivery;
  delivery.targets({"hook", "other"});
  delivery.add(1, "a"), delivery.add(2, "b"), delivery.add(3, "a", "other");
  delivery.go();
  delivery.end(3, Verdict::Kind::delivered);
  EXPECT_TRUE(delivery.queue.failing(delivery.now).empty());
  delivery.queue.done(1, {Verdict::Kind::dead, "401", {}, false, false, false, "sign not match"},
                      delivery.now);
  const auto since = delivery.now.monotonic;
  delivery.pass(60s);
  delivery.queue.done(2, {kRetry, "500", {}}, delivery.now);
  EXPECT_EQ(names_of(delivery.queue.failing(delivery.now)), std::vector<std::string>{"hook 500 "})
      << "the newest failure";
  EXPECT_EQ(delivery.queue.failing(delivery.now).front().since.monotonic, since)
      << "the first failure: what is dead at once was not taken either";
  delivery.pass(60s);
  EXPECT_EQ(delivery.go(), std::vector<std::uint64_t>{2});
  delivery.end(2, Verdict::Kind::delivered);
  EXPECT_TRUE(delivery.queue.failing(delivery.now).empty());
}

TEST(Queue, ATargetsStateHasItsNewestOutcomes) {
  Delivery delivery;
  delivery.targets({"hook", "other"});
  delivery.add(1, "a");
  delivery.go();
  auto states = delivery.queue.states();
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].target, "hook");
  EXPECT_EQ(states[0].in_flight, 1u);
  EXPECT_FALSE(states[0].last_success || states[0].last_failure || states[0].circuit_open);
  delivery.queue.done(1, {kRetry, "503", {}, false, false, false, "busy"}, delivery.now);
  const auto failed = delivery.now.wall;
  states = delivery.queue.states();
  EXPECT_EQ(states[0].last_failure, failed);
  EXPECT_EQ(states[0].detail + " " + states[0].answer, "503 busy");
  delivery.pass(60s);
  delivery.go();
  delivery.end(1, Verdict::Kind::delivered);
  states = delivery.queue.states();
  EXPECT_EQ(states[0].last_success, delivery.now.wall);
  EXPECT_EQ(states[0].last_failure, failed) << "it is remembered";
  EXPECT_FALSE(states[1].last_success);
}

TEST(Queue, ATargetThatIsAskedNothingForADayIsNotKnownToFail) {
  Delivery delivery;
  delivery.add(1, "a");
  delivery.go();
  delivery.end(1, Verdict::Kind::dead);
  EXPECT_EQ(delivery.queue.failing(delivery.now).size(), 1u);
  delivery.pass(24h);
  EXPECT_TRUE(delivery.queue.failing(delivery.now).empty());
}

// A built-in alert: each of them is a group by itself.
struct Own : Delivery {
  const std::string group = std::string(model::kOwnGroups) + "AlarumTargetFailing{1}";
  void tell(std::uint64_t sequence, const std::string& alert_id, bool firing,
            bool unheard = false) {
    model::Change change;
    change.alert.id = alert_id;
    change.alert.state = firing ? model::AlertState::firing : model::AlertState::resolved;
    model::Notification one;
    one.sequence = sequence, one.id = "n" + std::to_string(sequence), one.group_key = group,
    one.target = "hook", one.created = now.wall, one.alert_id = alert_id;
    one.facts = alert::message_json({"r", group, {}, {change}}), one.unheard = unheard;
    for (auto& receipt : queue.add(one, now, now)) dead.push_back(std::move(receipt));
  }
  /// Sequences that were dropped since the last call.
  std::vector<std::uint64_t> dropped(const std::vector<model::Receipt>& more = {}) {
    std::vector<std::uint64_t> out;
    for (const auto* list : {static_cast<const std::vector<model::Receipt>*>(&dead), &more}) {
      for (const auto& one : *list)
        if (one.outcome == Outcome::dropped) out.push_back(sequence_of(one));
    }
    dead.clear();
    return out;
  }
};
using Sequences = std::vector<std::uint64_t>;

TEST(Queue, ABuiltInAlertThatIsOverBeforeItWasDeliveredIsNotSent) {
  Own own;
  own.tell(1, "a1", true);
  own.tell(2, "a1", false, true);
  EXPECT_EQ(own.dropped(), (Sequences{1, 2})) << "neither its firing nor its end";
  EXPECT_TRUE(own.go().empty());
  EXPECT_EQ(own.queue.size(), 0u);
  own.tell(3, "a2", true);
  EXPECT_EQ(own.go(), Sequences{3}) << "the next one is";
}

TEST(Queue, TheEndOfABuiltInAlertWaitsForWhatBecomesOfItsFiring) {
  for (const auto kind : {Verdict::Kind::delivered, Verdict::Kind::retry, Verdict::Kind::dead}) {
    Own own;
    own.tell(1, "a1", true);
    EXPECT_EQ(own.go(), Sequences{1});
    own.tell(2, "a1", false, true);
    EXPECT_TRUE(own.dropped().empty()) << "the firing is in flight";
    const auto ended = own.ends(1, kind);
    EXPECT_EQ(own.dropped(ended), kind == Verdict::Kind::delivered ? Sequences{}
                                  : kind == kRetry                 ? (Sequences{1, 2})
                                                                   : Sequences{2});
    own.pass(60s);
    EXPECT_EQ(own.go(), kind == Verdict::Kind::delivered ? Sequences{2} : Sequences{});
  }
}

TEST(Queue, TheEndOfABuiltInAlertIsSentWhereItsFiringWas) {
  Own own;
  own.tell(1, "a1", true);
  own.go();
  own.end(1, Verdict::Kind::delivered);
  own.tell(2, "a1", false, true);  // the book has no receipt of 1 yet
  EXPECT_EQ(own.go(), Sequences{2});
  own.end(2, Verdict::Kind::delivered);
  own.tell(3, "a1", false, true);
  EXPECT_EQ(own.dropped(), Sequences{3}) << "it is over there";
  own.tell(4, "a9", false);  // the book says that its firing was delivered, before a restart
  EXPECT_EQ(own.go(), Sequences{4});
}

TEST(Queue, WhatFailsOfBuiltInAlertsAloneIsToldApart) {
  Own own;
  own.tell(1, "a1", true);
  own.go();
  own.end(1, kRetry);
  ASSERT_EQ(own.queue.failing(own.now).size(), 1u);
  EXPECT_TRUE(own.queue.failing(own.now).front().only_own);
  own.add(2, "a");
  own.pass(60s);
  own.go();
  own.end(2, kRetry);
  EXPECT_FALSE(own.queue.failing(own.now).front().only_own);
  EXPECT_EQ(own.queue.failing(own.now).front().since.monotonic, 60s)
      << "since it was something else";
}

}  // namespace
}  // namespace alarum::deliver
