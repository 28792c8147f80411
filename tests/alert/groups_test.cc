#include "alert/groups.h"

#include <gtest/gtest.h>

#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

using support::at;

struct Placed {
  Groups groups;
  RouteNode node;

  Group& add(const std::string& key, std::size_t members = 1) {
    auto& group = groups.find_or_add({0, "a", key}, node, {});
    for (std::size_t i = 0; i < members; ++i) group.members[std::to_string(i)];
    return group;
  }
  std::string due() const {
    const auto next = groups.next_due();
    return next ? support::shown(*next) : "-";
  }
};

TEST(Groups, AreLookedAtInTheOrderOfTheirTimes) {
  Placed placed;
  auto &x = placed.add("x"), &y = placed.add("y"), &z = placed.add("z");
  placed.groups.schedule(x, at("2m")), placed.groups.schedule(y, at("1m"));
  placed.groups.schedule(z, at("1m"));
  std::string order;
  while (placed.groups.next_due()) {
    order += placed.due();
    order += placed.groups.take_due().key + ' ';
  }
  EXPECT_EQ(order, "1my 1mz 2mx ");
  EXPECT_FALSE(x.next);
}

TEST(Groups, ALookComesEarlierButNotLater) {
  Placed placed;
  auto& group = placed.add("x");
  placed.groups.look_by(group, at("5m"));
  placed.groups.look_by(group, at("3m"));
  placed.groups.look_by(group, at("4m"));
  EXPECT_EQ(placed.due(), "3m");
}

TEST(Groups, ACrowdIsLookedAtSoRatherThanAtOnce) {
  Placed placed;
  auto &few = placed.add("few"), &many = placed.add("many", 1'000);
  placed.groups.look_soon(many, at("1m"));
  EXPECT_EQ(placed.groups.next_due(), at("1m") + std::chrono::milliseconds(100));
  placed.groups.look_soon(few, at("1m"));
  EXPECT_EQ(placed.due(), "1m");
}

TEST(Groups, ATickThatWasLeftOutComesWhenSomethingHappens) {
  Placed placed;
  auto& group = placed.add("x");
  placed.groups.schedule(group, at("60m"));
  placed.groups.look_next(group, std::chrono::minutes(5), at("12m"));
  EXPECT_EQ(placed.due(), "15m");
  placed.groups.look_next(group, std::chrono::minutes(5), at("13m"));
  EXPECT_EQ(placed.due(), "15m");
}

TEST(Groups, TheOldestTransitionThatIsOwedIsKnown) {
  Placed placed;
  auto& group = placed.add("x", 2);
  auto &one = group.members["0"], &other = group.members["1"];
  placed.groups.owe(one, 7), placed.groups.owe(other, 5), placed.groups.owe(other, 9);
  EXPECT_EQ(placed.groups.owed_from(), 5U);
  placed.groups.settle(other);
  EXPECT_EQ(placed.groups.owed_from(), 7U);
  placed.groups.settle(one), placed.groups.settle(one);
  EXPECT_EQ(placed.groups.owed_from(), std::nullopt);
}

TEST(Groups, ComeBackFromACheckpointWithWhatTheyWaitFor) {
  Placed placed;
  auto& group = placed.add("x", 2);
  group.members["0"].owed = 4, group.members["1"].recorded = 3;
  group.log.find_or_add("a/w/0").firing = {1};
  placed.groups.schedule(group, at("2m"));
  placed.groups.waiting().set(group.number, group, {{model::Suppressed::Why::silenced, "s"}});
  ByteWriter out;
  placed.groups.save(out);
  const auto saved = out.take();
  ByteReader in(saved);
  auto loaded = Groups::load(in, 6);
  ASSERT_TRUE(in.good() && in.at_end());
  EXPECT_EQ(loaded.next_due(), std::nullopt) << "timers come with the config";
  loaded.schedule_all();
  EXPECT_EQ(loaded.next_due(), at("2m"));
  EXPECT_EQ(loaded.waiting().of({model::Suppressed::Why::silenced, "s"}).size(), 1U);
  EXPECT_EQ(loaded.find("a\nx")->members.at("0").owed, 4U);
  EXPECT_TRUE(loaded.find("a\nx")->log.find("a/w/0")->knows(1));
}

}  // namespace
}  // namespace alarum::alert
