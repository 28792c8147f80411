#include "alert/router.h"

#include <gtest/gtest.h>

#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

struct Routes {
  std::vector<std::string> named;  // by the alert's rule
  Router router{[this](const model::Alert&) { return named.empty() ? nullptr : &named; }};

  explicit Routes(const std::string& yaml, std::set<std::string> holding = {}) {
    router.configure(routing_of(yaml).root,
                     {{"a/w/0", "a", true}, {"a/w/1", "a", true}, {"b/w/0", "b", true}}, "",
                     std::move(holding));
  }
  std::string places(const std::string& labels) const {
    model::Alert alert;
    alert.key = "k", alert.labels = labels_of(labels);
    std::string text;
    for (const auto& place : router.places(alert)) text += place.receiver + ' ' + place.key + '\n';
    return text;
  }
};

TEST(Router, AnAlertByItselfAtTheRootIsAGroup) {
  EXPECT_EQ(Routes("route: {receiver: a}").places("{n=\"1\"}"), "a {k}\n");
}

TEST(Router, AGroupIsKnownByItsRouteAndItsLabels) {
  const Routes routes(
      "route: {receiver: a, group_by: [g], routes: [{receiver: b, matchers: [n=1]}]}");
  EXPECT_EQ(routes.places("{g=\"x\",n=\"1\"}"), "b {}/{n=\"1\"}:{g=\"x\"}\n");
  EXPECT_EQ(routes.places("{n=\"2\"}"), "a {}:{}\n");
}

TEST(Router, TheReceiversThatARuleNamesReplaceThoseOfAllRoutes) {
  Routes routes(
      "route: {receiver: a, group_by: [g], routes: [{receiver: b, continue: true}, {receiver: "
      "a}]}");
  EXPECT_EQ(routes.places("{g=\"x\"}"), "b {}/{}:{g=\"x\"}\na {}/{}#1:{g=\"x\"}\n");
  routes.named = {"a", "c"};
  EXPECT_EQ(routes.places("{g=\"x\"}"), "a {}/{}:{g=\"x\"}\nc {}/{}:{g=\"x\"}\n");
}

TEST(Router, FindsTheTargetsOfAReceiver) {
  const Routes routes("route: {receiver: a}");
  ASSERT_EQ(routes.router.targets_of("a").size(), 2U);
  EXPECT_EQ(routes.router.targets_of("a")[1]->name, "a/w/1");
  EXPECT_TRUE(routes.router.targets_of("c").empty());
}

TEST(Router, WhoHoldsABuiltInAlertKeepsItUntilHeIsLetGo) {
  Routes routes("route: {receiver: a}", {"b", "gone"});
  using Names = std::vector<std::string>;
  EXPECT_EQ(routes.router.own_receivers(), (Names{"a", "b"}));
  routes.router.let_go("a");
  EXPECT_EQ(routes.router.own_receivers(), (Names{"a", "b"})) << "a is wanted";
  routes.router.let_go("b");
  EXPECT_EQ(routes.router.own_receivers(), Names{"a"});
  EXPECT_FALSE(routes.router.want_own({"gone"}));
  ASSERT_TRUE(routes.router.want_own({"b", "b"}));
  EXPECT_TRUE(routes.router.hold_own({"a"}));
  EXPECT_EQ(routes.router.own_receivers(), (Names{"b", "a"}));
  EXPECT_FALSE(routes.router.hold_own({"a"})) << "nothing has changed";
}

}  // namespace
}  // namespace alarum::alert
