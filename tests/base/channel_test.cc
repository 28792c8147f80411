#include "base/channel.h"

#include <gtest/gtest.h>

#include <thread>

namespace alarum {
namespace {

using namespace std::chrono_literals;
using Items = std::vector<int>;

TEST(Channel, AFullOneRefusesUntilItIsEmptied) {
  Channel<int> channel(10);
  EXPECT_FALSE(channel.full(50)) << "an item heavier than the bound fits an empty one";
  EXPECT_TRUE(channel.try_push(1, 8));
  EXPECT_FALSE(channel.full(2));
  EXPECT_TRUE(channel.full(3));
  EXPECT_FALSE(channel.try_push(2, 3));
  EXPECT_TRUE(channel.push_over_bound(3));
  EXPECT_EQ(channel.weight(), 8U);
  EXPECT_EQ(channel.take_all(0ns), (Items{1, 3}));
  EXPECT_FALSE(channel.full(3));
  EXPECT_TRUE(channel.try_push(2, 3));
}

TEST(Channel, WhatCameBeforeItWasClosedIsTakenAndThenItHasEnded) {
  Channel<int> channel(10);
  EXPECT_FALSE(channel.ready());
  EXPECT_EQ(channel.take_all(0ns), Items());
  EXPECT_TRUE(channel.try_push(1));
  EXPECT_TRUE(channel.ready());
  channel.close();
  EXPECT_FALSE(channel.try_push(2));
  EXPECT_FALSE(channel.push_over_bound(2));
  EXPECT_EQ(channel.take_all(1h), (Items{1}));
  EXPECT_TRUE(channel.ready()) << "the end is there to be taken";
  EXPECT_EQ(channel.take_all(1h), std::nullopt);
}

TEST(Channel, WakesWhoWaits) {
  Channel<int> channel(10);
  std::thread sender([&] {
    EXPECT_TRUE(channel.try_push(1));
    channel.close();
  });
  EXPECT_EQ(channel.take_all(1h), (Items{1}));
  EXPECT_EQ(channel.take_all(1h), std::nullopt);
  sender.join();
}

}  // namespace
}  // namespace alarum
