#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

using namespace std::chrono_literals;

TEST(RouteTree, ChildrenInheritAndWaitsGoWithGrouping) {
  const RouteTree tree(routing_of("route: {receiver: a, repeat_interval: 1h, routes: [{group_by: "
                                  "[x, b], matchers: ['t=1']}, {receiver: b, group_interval: 7m}]}")
                           .root);
  ASSERT_EQ(tree.size(), 3U);
  EXPECT_TRUE(tree.node(0).each_alone);
  EXPECT_EQ(tree.node(0).wait, 0s);
  EXPECT_EQ(tree.node(1).receiver, "a");
  EXPECT_EQ(tree.node(1).group_by, (std::vector<std::string>{"b", "x"}));
  EXPECT_EQ(tree.node(1).wait, 30s);
  EXPECT_EQ(tree.node(1).interval, 5min);
  EXPECT_EQ(tree.node(1).repeat, 1h);
  EXPECT_EQ(tree.node(1).key, "{}/{t=\"1\"}");
  EXPECT_EQ(tree.node(2).interval, 7min);
  EXPECT_EQ(tree.node(2).key, "{}/{}");
}

TEST(RouteTree, EmptyGroupByIsOneGroup) {
  const RouteTree tree(
      routing_of("route: {receiver: a, group_by: [], routes: [{group_by: ['...']}]}").root);
  EXPECT_FALSE(tree.node(0).each_alone);
  EXPECT_TRUE(tree.node(1).each_alone);
}

}  // namespace
}  // namespace alarum::alert
