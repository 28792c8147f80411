#include "deliver/alert_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>

namespace alarum::deliver {
namespace {

using Dispatcher = std::vector<std::string>;

TEST(AlertOrder, ANewGroupWaitsForWhatTheFormerOneHasUndelivered) {
  AlertOrder order;
  order.add(1, "former", {7});
  order.add(2, "new", {7, 8});
  order.add(3, "other", {9});
  EXPECT_FALSE(order.waits(1));
  EXPECT_TRUE(order.waits(2));
  EXPECT_FALSE(order.waits(3));
  EXPECT_EQ(order.over(3), Dispatcher());
  EXPECT_EQ(order.over(1), (Dispatcher{"new"}));
  EXPECT_FALSE(order.waits(2));
}

TEST(AlertOrder, WithinAGroupNobodyWaitsByItAndAllWaitForTheOther) {
  AlertOrder order;
  order.add(1, "a", {7});
  order.add(2, "a", {7});
  EXPECT_FALSE(order.waits(2)) << "the group keeps that order";
  order.add(3, "b", {7});
  order.add(4, "b", {7, 7});
  order.over(1);
  EXPECT_TRUE(order.waits(3));
  EXPECT_TRUE(order.waits(4));
  EXPECT_EQ(order.over(2), (Dispatcher{"b"}));
  EXPECT_FALSE(order.waits(4));
}

// Against all that are undelivered, one by one: heads of groups that wait for nothing end in any
// order.
TEST(AlertOrder, IsThatOfWhatCameBeforeOfOtherGroups) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    AlertOrder order;
    struct One {
      std::string group;
      std::set<std::uint64_t> alerts;
    };
    std::map<std::uint64_t, One> undelivered;
    std::map<std::string, std::deque<std::uint64_t>> groups;
    const auto should_wait = [&](std::uint64_t sequence) {
      const auto& one = undelivered.at(sequence);
      return std::any_of(undelivered.begin(), undelivered.find(sequence), [&](const auto& earlier) {
        const auto shares = [&](auto alert) { return one.alerts.contains(alert); };
        return earlier.second.group != one.group &&
               std::ranges::any_of(earlier.second.alerts, shares);
      });
    };
    for (std::uint64_t sequence = 1; sequence < 60; ++sequence) {
      One one{std::string(1, static_cast<char>('a' + random() % 3)), {}};
      for (auto count = 1 + random() % 3; count > 0; --count) one.alerts.insert(random() % 5);
      order.add(sequence, one.group, {one.alerts.begin(), one.alerts.end()});
      groups[one.group].push_back(sequence);
      undelivered[sequence] = std::move(one);
      if (random() % 2 == 0) {
        std::vector<std::string> free;
        for (const auto& [key, waiting] : groups) {
          if (!waiting.empty() && !order.waits(waiting.front())) free.push_back(key);
        }
        ASSERT_FALSE(free.empty());
        auto& waiting = groups[free[random() % free.size()]];
        order.over(waiting.front());
        undelivered.erase(waiting.front());
        waiting.pop_front();
      }
      for (const auto& [key, waiting] : groups) {
        if (waiting.empty()) continue;
        ASSERT_EQ(order.waits(waiting.front()), should_wait(waiting.front()));
      }
    }
  }
}

}  // namespace
}  // namespace alarum::deliver
