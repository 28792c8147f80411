#include "engine/rule_times.h"

#include "tests/engine/turns.h"

namespace alarum::engine::rule_times_test {
namespace {

using namespace turns;

// Each look at it takes a millisecond.
struct SlowClock final : Clock {
  Time wall() override { return support::kStart; }
  std::chrono::nanoseconds monotonic() override { return now += 1ms; }
  std::chrono::nanoseconds now{};
};

TEST(RuleTimes, CountsWhatAStepSpentOnEachRuleAsOftenAsNoStepWasMeasured) {
  SlowClock clock;
  RuleTimes times(clock);
  times.works_for("A");
  times.works_for("A");  // goes on
  times.works_for("B");
  times.works_for({});
  times.works_for("A");
  times.end();
  const auto seconds = times.seconds();
  ASSERT_EQ(seconds.size(), 2U);
  EXPECT_NEAR(seconds.at("A"), 0.002 * RuleTimes::kEvery, 1e-9);
  EXPECT_NEAR(seconds.at("B"), 0.001 * RuleTimes::kEvery, 1e-9);
}

TEST(RuleTimes, MeasuresAboutOneStepInKEvery) {
  SlowClock clock;
  RuleTimes times(clock);
  std::uint64_t measured = 0;
  for (std::uint64_t i = 0; i < 1000 * RuleTimes::kEvery; ++i) measured += times.samples_next();
  EXPECT_GT(measured, 900U);
  EXPECT_LT(measured, 1100U);
  EXPECT_EQ(clock.now, 0ms) << "to decide costs no look at a clock";
}

TEST(RuleTimes, HasNoMoreRowsThanItsBound) {
  SlowClock clock;
  RuleTimes times(clock);
  for (std::size_t i = 0; i < RuleTimes::kMostRules + 10; ++i) {
    times.works_for("R" + std::to_string(i));
    times.end();
  }
  const auto seconds = times.seconds();
  EXPECT_EQ(seconds.size(), RuleTimes::kMostRules + 1);
  EXPECT_NEAR(seconds.at("(others)"), 0.001 * RuleTimes::kEvery * 10, 1e-9);
}

struct Listener final : correlate::RuleMeter {
  void works_for(std::string_view rule) override { heard += '[' + std::string(rule) + ']'; }
  std::string heard;
};

TEST(Engine, SaysForWhichRuleItWorks) {
  const auto generation = generation_of(
      "rules: [{alert: A, match: fault, by: subject, resolve_after: 9h}, {alert: B, match: fault, "
      "absent: 1h}]");
  Engine engine([&](const std::string&) { return generation; });
  ASSERT_TRUE(engine.step({0, support::kStart, 0, model::Reload{generation->rules().hash}, {}}));
  Listener listener;
  engine.set_meter(&listener);
  ASSERT_TRUE(engine.step(
      {1, support::kStart, 0, support::event_of("fault s1", support::kStart, "1"), {}}));
  EXPECT_EQ(listener.heard, "[][A][B][A][]");
  listener.heard.clear();
  ASSERT_TRUE(engine.step({2, support::kStart + 2h, 0, model::Tick{}, {}}));
  EXPECT_EQ(listener.heard, "[B][B][]") << "a timer of the rule, and the alert that it opens";
  listener.heard.clear();
  engine.set_meter(nullptr);
  ASSERT_TRUE(engine.step(
      {3, support::kStart + 2h, 0, support::event_of("fault s2", support::kStart, "2"), {}}));
  EXPECT_EQ(listener.heard, "");
}

TEST(StageTurns, CountsHowLongEventsWaitedAndNoOtherRecords) {
  Machine machine;
  Turns turns(machine);
  turns.turns();
  EXPECT_EQ(turns.stage().step_delays().sum, 0) << "the reload's record is no event";
  turns.faults(0, 3);
  turns.after(2s);
  turns.faults(3, 4);
  turns.after(5s);
  const auto delays = turns.stage().step_delays();
  EXPECT_EQ(delays.sum, 3 * 2 + 5);
  EXPECT_EQ(delays.counts[11], 3U) << "up to 2.5 s";
  EXPECT_EQ(delays.counts[12], 1U) << "up to 5 s";
}

TEST(StageTurns, CountsTheWaitOfEventsThatItReadsFromTheLog) {
  Machine machine;
  Turns turns(machine, 1);  // one commit fits into memory
  turns.turns();
  turns.faults(0, 1);
  turns.faults(1, 3);
  turns.after(5s);
  const auto delays = turns.stage().step_delays();
  EXPECT_EQ(delays.sum, 15);
  EXPECT_EQ(delays.counts[12], 3U);
}

TEST(StageTurns, MeasuresRulesOnlyIfItIsToldTo) {
  Machine machine;
  Turns turns(machine);
  turns.faults(0, 1000);
  turns.turns();
  EXPECT_TRUE(turns.stage().rule_seconds().empty());
}

}  // namespace
}  // namespace alarum::engine::rule_times_test
