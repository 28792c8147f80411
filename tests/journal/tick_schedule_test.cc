#include "journal/tick_schedule.h"

#include <gtest/gtest.h>

namespace alarum::journal {
namespace {

using namespace std::chrono_literals;

constexpr Time at(Duration since) {
  return Time(1'800'000'000s) + since;
}

TEST(TickSchedule, ATimerGetsItsTickWhenItIsDueHoweverShortlyBeforeSomethingWasRecorded) {
  TickSchedule schedule;
  EXPECT_EQ(schedule.next(at(30s), true), at(30s));
  schedule.recorded(at(29s + 999ms));
  EXPECT_EQ(schedule.next(at(30s), true), at(30s));
  EXPECT_EQ(schedule.next(at(30s), false), at(30s));
}

TEST(TickSchedule, ARecordAtTheTimeOfATimerIsItsTick) {
  TickSchedule schedule;
  schedule.recorded(at(30s));
  EXPECT_EQ(schedule.next(at(30s), false), at(31s)) << "the engine has not come to it yet";
  EXPECT_EQ(schedule.next(at(40s), true), at(40s)) << "it has, and says what is due next";
}

// A timer may be set for the very moment of the record that set it.
TEST(TickSchedule, WhatTheNewestRecordLeftDueGetsATickAtOnce) {
  TickSchedule schedule;
  schedule.recorded(at(30s));
  EXPECT_EQ(schedule.next(at(30s), true), at(30s));
  EXPECT_EQ(schedule.next(at(20s), true), at(20s));
}

TEST(TickSchedule, TicksOfManyTimersAreSpacedAlsoWhenTheyCannotBeWritten) {
  TickSchedule schedule;
  schedule.ticked(at(30s));
  EXPECT_EQ(schedule.next(at(30s), true), at(30s + 100ms));
  EXPECT_EQ(schedule.next(at(30s + 1ms), true), at(30s + 100ms));
  schedule.recorded(at(30s));
  EXPECT_EQ(schedule.next(at(30s + 1ms), false), at(30s + 100ms));
  EXPECT_EQ(schedule.next(at(30s + 200ms), true), at(30s + 200ms));
}

// While journal and book are both full, the engine says nothing and no tick can be written.
TEST(TickSchedule, ATickThatCannotBeWrittenIsNotTriedAtOnceAgainWhileTheEngineIsBehind) {
  TickSchedule schedule;
  schedule.recorded(at(30s));
  schedule.ticked(at(40s));
  EXPECT_EQ(schedule.next(at(30s), false), at(41s));
}

TEST(TickSchedule, WithoutATimerThereIsNoTick) {
  TickSchedule schedule;
  schedule.recorded(at(30s));
  EXPECT_EQ(schedule.next(Time::max(), true), Time::max());
  EXPECT_EQ(schedule.next(Time::max(), false), Time::max());
}

}  // namespace
}  // namespace alarum::journal
