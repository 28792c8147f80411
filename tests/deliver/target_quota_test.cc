#include "deliver/target_quota.h"

#include <gtest/gtest.h>

namespace alarum::deliver {
namespace {

TEST(TargetQuota, ATargetThatTakesNothingLeavesTheOthersTheirShares) {
  TargetQuota rooms(10, 100);
  EXPECT_EQ(rooms.room("dead"), 110u);
  rooms.take("dead", 110);
  EXPECT_EQ(rooms.room("dead"), 0u);
  EXPECT_EQ(rooms.room("well"), 10u);
  rooms.take("well", 10);
  EXPECT_EQ(rooms.room("well"), 0u);
  rooms.give_back("well");
  EXPECT_EQ(rooms.room("well"), 1u);
  for (int i = 0; i < 100; ++i) rooms.give_back("dead");
  EXPECT_EQ(rooms.all(), 19u);
  EXPECT_EQ(rooms.room("well"), 101u);
  EXPECT_EQ(rooms.room("dead"), 100u);
  EXPECT_EQ(rooms.held(), (std::map<std::string, std::size_t>{{"dead", 10}, {"well", 9}}));
  for (int i = 0; i < 9; ++i) rooms.give_back("well");
  EXPECT_FALSE(rooms.held().contains("well"));
}

}  // namespace
}  // namespace alarum::deliver
