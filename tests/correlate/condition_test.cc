// Each condition by itself: what the engine makes of them together stands in tests/engine.
#include <gtest/gtest.h>

#include "correlate/absent_condition.h"
#include "correlate/plain_condition.h"
#include "correlate/sequence_condition.h"
#include "correlate/window_condition.h"
#include "tests/correlate/condition_play.h"

namespace alarum::correlate {
namespace {

TEST(PlainCondition, FiresForEachMatchAndEndsAllPartsOfAKey) {
  ConditionPlay play("{alert: A, match: a, until: up, by: [subject, {card: data.card}]}");
  PlainCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, R"(
    1m a s1 data={"card":1}
    2m a s1 data={"card":2}
    3m up s1
    4m up s1)"),
            "1m opens A{subject=s1,card=1} at 1m\n"
            "2m opens A{subject=s1,card=2} at 2m\n"
            "3m closes A{subject=s1,card=1} at 3m\n"
            "3m closes A{subject=s1,card=2} at 3m\n");
  EXPECT_EQ(play.counts().nothing_to_end, 1U);
}

TEST(PlainCondition, RefusesKeysPastMaxKeysButNotThoseThatFire) {
  ConditionPlay play("{alert: A, match: a, until: up, by: subject, max_keys: 1}");
  PlainCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 2m a s2\n 3m a s1"),
            "1m opens A{subject=s1} at 1m\n"
            "3m opens A{subject=s1} at 3m\n");
  EXPECT_EQ(play.counts().keys_refused, 1U);
  EXPECT_TRUE(play.limits().names().contains("A"));
}

TEST(CountCondition, FiresWithTheLastMatchAndDrainsByATimer) {
  ConditionPlay play("{alert: A, match: a, count: 2, within: 10m, by: subject}");
  CountCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 2m a s2\n 4m a s1\n 1h -"),
            "4m opens A{subject=s1} at 4m\n"
            "21m closes A{subject=s1} at 21m by a timer\n");
  EXPECT_EQ(condition.keys().size(), 0U) << "keys are forgotten when nothing of them matters";
}

TEST(CountCondition, WhatIsWhollyInThePastOpensAndEndsAtOnce) {
  ConditionPlay play("{alert: A, match: a, count: 2, within: 1m, by: subject}");
  CountCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "10m a s1 time=7m\n 10m a s1 time=7m30s"),
            "10m opens A{subject=s1} at 7m30s ended 9m\n");
}

TEST(DistinctCondition, CountsEachValueOfAnEventOnce) {
  ConditionPlay play("{alert: A, match: a, distinct: {data.card: 3}, within: 10m, by: subject}");
  DistinctCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, R"(
    1m a s1 data={"card":1}
    2m a s1 data={"card":1}
    3m a s1
    4m a s1 data={"card":[2,3]})"),
            "4m opens A{subject=s1} at 4m\n");
  EXPECT_EQ(play.counts().by_missing, 1U);
}

TEST(SequenceCondition, FiresWhenTheAbsentStepWasNotSeenAndEndsWhenItIs) {
  ConditionPlay play(
      "{alert: A, sequence: [a, {absent: b}], within: 10m, by: subject, resolve_after: 1h}");
  SequenceCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 2m a s2\n 3m b s2\n 20m b s1"),
            "13m opens A{subject=s1} at 11m by a timer\n"
            "20m closes A{subject=s1} at 20m\n");
}

TEST(SequenceCondition, EndsAPartWhoseStepsAreForgotten) {
  ConditionPlay play(
      "{alert: A, sequence: [a, b], within: 1m, until: up, by: [subject, {card: data.card}], "
      "resolve_after: 24h}");
  SequenceCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, R"(
    1m a s1 data={"card":1}
    2m b s1 data={"card":1}
    2h -)"),
            "2m opens A{subject=s1,card=1} at 2m\n");
  ASSERT_EQ(condition.keys().size(), 0U);
  EXPECT_EQ(play.run(condition, "3h up s1"), "3h closes A{subject=s1,card=1} at 3h\n");
}

constexpr auto kAbsent = "{alert: A, match: a, absent: 10m, by: subject}";

TEST(AbsentCondition, FiresWhenNothingWasSeenAndEndsWithTheNextMatch) {
  ConditionPlay play(kAbsent);
  AbsentCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 5m a s1\n 20m a s1"),
            "15m opens A{subject=s1} at 15m by a timer\n"
            "20m closes A{subject=s1} at 20m\n");
}

TEST(AbsentCondition, ManyThatFallSilentTogetherAreOneSource) {
  ConditionPlay play(kAbsent);
  AbsentCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 1m a s2\n 1m a s3\n 15m a s1\n 16m a s2\n 17m a s3"),
            "11m opens AlarumSourceSilent{rule=A} at 11m by a timer\n"
            "15m closes AlarumSourceSilent{rule=A} at 15m by a timer\n");
}

TEST(AbsentCondition, WhatIsAnnulledIsWaitedForAgainWhenThatEnds) {
  ConditionPlay play(
      "{alert: A, match: a, absent: 10m, by: subject, unless: [A2]}, "
      "{alert: A2, match: b, by: subject, resolve_after: 1h}");
  AbsentCondition condition(play.rule());
  play.annulled = true;
  EXPECT_EQ(play.run(condition, "1m a s1\n 30m -"), "");
  condition.wait_again("subject=s1", support::at("30m"));
  condition.wait_again("subject=s1", support::at("35m"));  // it is waited for already
  play.annulled = false;
  EXPECT_EQ(play.run(condition, "1h -"), "40m opens A{subject=s1} at 40m by a timer\n");
}

TEST(AbsentCondition, AShorterSpanHoldsForKeysThatAreWaitedFor) {
  ConditionPlay play(kAbsent), later("{alert: A, match: a, absent: 4m, by: subject}");
  AbsentCondition condition(play.rule());
  EXPECT_EQ(play.run(condition, "1m a s1\n 2m -"), "");
  condition.apply(later.rule(), support::at("2m"), play.context());
  EXPECT_EQ(play.run(condition, "1h -"), "5m opens A{subject=s1} at 5m by a timer\n");
}

TEST(AbsentCondition, AnEndByHandForgetsTheKeyUntilItIsSeenAgain) {
  ConditionPlay play(kAbsent);
  AbsentCondition condition(play.rule());
  play.run(condition, "1m a s1\n 20m -");
  condition.forget("subject=s1");
  EXPECT_EQ(condition.keys().size(), 0U);
  EXPECT_EQ(play.run(condition, "2h -\n 2h a s1"), "");
}

TEST(AbsentCondition, ASilentSourceEndsWithItsRule) {
  ConditionPlay play(kAbsent);
  AbsentCondition condition(play.rule());
  play.run(condition, "1m a s1\n 1m a s2\n 1m a s3\n 11m -");
  condition.leave(support::at("12m"), play.context().out);
  EXPECT_EQ(play.concluded("12m"), "12m closes AlarumSourceSilent{rule=A} at 12m by a timer\n");
}

}  // namespace
}  // namespace alarum::correlate
