#include "correlate/sequence_state.h"

#include <gtest/gtest.h>

#include "match/generation.h"
#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

// When a sequence is complete, of events `TIME TYPE` in one line each, in the order of their
// arrival. Each is an event of its own.
std::string completions(const std::string& steps, const std::string& story) {
  const match::Generation generation(rules::loaded(
      "rules: [{alert: A, sequence: " + steps + ", within: 10m, by: subject, resolve_after: 1h}]"));
  const auto& rule = generation.rules().rules.front();
  SequenceState chain;
  std::uint64_t id = 0;
  for (const auto& line : support::lines_of(story)) {
    const auto words = support::words_of(line);
    ++id;
    for (const auto hit :
         generation.match(support::event_of(words[1] + " s1", support::at(words[0]))).hits) {
      chain.add(rule, support::at(words[0]), hit.step, id, support::at("1h"));
    }
  }
  std::string all;
  for (const auto when : chain.judge(rule, support::at("2h"))) all += support::shown(when) + ' ';
  return all;
}

TEST(SequenceState, CompletesWithItsLastStep) {
  EXPECT_EQ(completions("[a, b, c]", "1m a\n 2m b\n 3m c"), "3m ");
  EXPECT_EQ(completions("[a, b, c]", "1m a\n 3m c\n 4m b"), "");
  EXPECT_EQ(completions("[a, b, c]", "1m a\n 2m b\n 12m c"), "");
}

TEST(SequenceState, ReadsEventsInTheOrderOfTheirTimes) {
  EXPECT_EQ(completions("[a, b, c]", "3m c\n 1m a\n 2m b"), "3m ");
}

TEST(SequenceState, ARepeatedFirstStepStartsOver) {
  EXPECT_EQ(completions("[a, b, c]", "1m a\n 2m b\n 3m a\n 4m c"), "");
}

TEST(SequenceState, TheLastStepMayFitAsTheFirst) {
  EXPECT_EQ(completions("[lost, reboot, lost]", "1m lost\n 2m reboot\n 3m lost"), "3m ");
  EXPECT_EQ(
      completions("[lost, reboot, lost]", "1m lost\n 2m reboot\n 3m lost\n 4m reboot\n 5m lost"),
      "3m 5m ");
  EXPECT_EQ(completions("[lost, reboot, lost]", "1m lost\n 2m lost\n 3m reboot\n 4m reboot"), "");
}

TEST(SequenceState, OneEventIsOneStep) {
  EXPECT_EQ(completions("[a, a]", "1m a"), "");
  EXPECT_EQ(completions("[a, a]", "1m a\n 1m a"), "1m ");
  EXPECT_EQ(completions("[a, a, a]", "1m a\n 2m a"), "");
  EXPECT_EQ(completions("[a, a, a]", "1m a\n 2m a\n 3m a"), "3m ");
}

TEST(SequenceState, WhatAStepWantsAbsentBreaksWhatLedUpToIt) {
  EXPECT_EQ(completions("[a, {absent: x}, b]", "1m a\n 3m b"), "3m ");
  EXPECT_EQ(completions("[a, {absent: x}, b]", "1m a\n 2m x\n 3m b"), "");
  EXPECT_EQ(completions("[a, {absent: x}, b]", "2m x\n 3m a\n 4m b"), "4m ");
  EXPECT_EQ(completions("[a, {absent: x}]", "1m a"), "11m ");
  EXPECT_EQ(completions("[a, {absent: x}]", "1m a\n 9m x"), "");
  EXPECT_EQ(completions("[a, {absent: x}]", "1m a\n 12m x"), "11m ");
}

TEST(SequenceState, AnEventThatIsFirstAndAbsentBreaksOneAndBeginsTheNext) {
  EXPECT_EQ(completions("[a, {absent: a}, b]", "1m a\n 2m a\n 3m b"), "3m ");
}

TEST(SequenceState, RemembersNoMoreCompletionsThanItHasEvents) {
  const match::Generation generation(rules::loaded(
      "rules: [{alert: A, sequence: [a, b], within: 10h, by: subject, resolve_after: 1h}]"));
  const auto& rule = generation.rules().rules.front();
  SequenceState chain;
  std::size_t complete = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto when = support::kStart + std::chrono::milliseconds(i);
    chain.add(rule, when, i % 2, i, when);
    complete += chain.judge(rule, when).size();
    if (i % 100 == 99) chain.recover(when - std::chrono::milliseconds(50));
  }
  EXPECT_EQ(complete, 10'000U);
  ByteWriter out;
  chain.save(out);
  EXPECT_LE(out.size(), 256U * 24);
}

TEST(SequenceState, SaysWhenItForgetsAStepThatMightHaveCounted) {
  const match::Generation generation(rules::loaded(
      "rules: [{alert: A, sequence: [a, b, c], within: 10h, by: subject, resolve_after: 1h}]"));
  const auto& rule = generation.rules().rules.front();
  SequenceState chain;
  using Added = SequenceState::Added;
  for (std::uint64_t i = 0; i < 256; ++i) {
    const auto when = support::kStart + std::chrono::seconds(i);
    ASSERT_EQ(chain.add(rule, when, i == 0 ? 0 : 1, i, when), Added::remembered) << i;
  }
  const auto last = support::kStart + std::chrono::seconds(300);
  EXPECT_EQ(chain.add(rule, support::kStart, 0, 0, last), Added::seen_before);
  EXPECT_EQ(chain.add(rule, last, 2, 300, last), Added::in_place_of_oldest);
}

}  // namespace
}  // namespace alarum::correlate
