#include "engine/late_alerts.h"

#include <gtest/gtest.h>

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

model::Change late_change(const char* rule, Duration age) {
  model::Change change;
  change.at = Time(100h);
  change.alert.rule = rule, change.alert.late = true, change.alert.last_seen = change.at - age;
  return change;
}

TEST(LateAlerts, AreSummedUpAndSaidAtMostOnceAMinute) {
  LateAlerts late;
  EXPECT_FALSE(late.take(1s));
  late.note(late_change("B", 1h)), late.note(late_change("A", 3h));
  auto told = late_change("C", 9h);
  told.alert.late = false;
  late.note(told), told.alert.late = true, told.kind = model::Change::Kind::resolved,
                   late.note(told);
  EXPECT_FALSE(late.take(10s)) << "it comes in pieces";
  const auto said = late.take(12s);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->count, 2U);
  EXPECT_EQ(said->oldest, 3h);
  EXPECT_EQ(said->rules, "A, B");
  for (const auto* rule : {"A", "B", "C", "D", "E"}) late.note(late_change(rule, 1min));
  EXPECT_FALSE(late.take(13s));
  EXPECT_FALSE(late.take(71s));
  EXPECT_EQ(late.take(72s)->rules, "A, B, C and others");
  late.note(late_change("A", 1min));
  EXPECT_EQ(late.take(73s, true)->count, 1U) << "at a stop nothing is left unsaid";
  EXPECT_FALSE(late.take(500s, true));
}

}  // namespace
}  // namespace alarum::engine
