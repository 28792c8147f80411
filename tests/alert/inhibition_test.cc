#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

Inhibition rules(const std::string& yaml) {
  return Inhibition(
      routing_of("route: {receiver: a}\ninhibit_rules: [" + yaml + "]").inhibit_rules);
}

TEST(Inhibition, HoldsWhereTheEqualLabelsAreEqual) {
  auto inhibition = rules("{source_match: {s: 1}, target_match: {t: 1}, equal: [e, f]}");
  inhibition.fired(labels_of("s=1,e=x"));
  EXPECT_EQ(inhibition.inhibiting(labels_of("t=1,e=x")).size(), 1U)
      << "a label that both lack is equal";
  EXPECT_EQ(inhibition.inhibiting(labels_of("t=1,e=y")).size(), 0U);
  EXPECT_EQ(inhibition.inhibiting(labels_of("t=1,e=x,f=1")).size(), 0U);
  EXPECT_TRUE(inhibition.ended(labels_of("s=1,e=x")));
  EXPECT_EQ(inhibition.inhibiting(labels_of("t=1,e=x")).size(), 0U);
}

TEST(Inhibition, WhatIsSourceAndTargetDoesNotInhibitItsLike) {
  auto inhibition = rules("{source_matchers: ['s=1'], target_matchers: ['t=1']}");
  inhibition.fired(labels_of("s=1,t=1"));
  EXPECT_EQ(inhibition.inhibiting(labels_of("s=1,t=1")).size(), 0U) << "not even itself";
  EXPECT_EQ(inhibition.inhibiting(labels_of("t=1")).size(), 1U);
}

}  // namespace
}  // namespace alarum::alert
