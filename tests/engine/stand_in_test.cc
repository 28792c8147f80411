// A checkpoint under rules that are gone.
#include <gtest/gtest.h>

#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

TEST(StandIn, WhatBelongsToRulesThatAreTheSameLivesOnUnderOtherOnes) {
  const std::string sequence =
      "- {alert: Reboot, sequence: [a, b], within: 1h, by: subject, resolve_after: 1h}\n";
  const std::string rules =
      "rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject}\n- {alert: Storm, "
      "match: hit, count: 3, within: 1h, by: subject}\n"
      "- {alert: Quiet, match: beat, absent: 6h, by: subject}\n" +
      sequence;
  World world(rules);
  world.play("1m linkDown s1\n2m hit s1\n3m hit s1\n4m beat s1\n5m a s1");
  const auto state = saved(world.engine());
  // Storm has another threshold, Quiet and Reboot are gone or remember something else.
  const auto other = generation_of(
      "rules:\n- {alert: Down, match: linkDown, until: linkUp, by: subject}\n- {alert: Storm, "
      "match: hit, count: 2, within: 1h, by: subject}\n"
      "- {alert: Quiet, match: beat, absent: 6h, by: [subject, type]}\n- {alert: New, match: hit, "
      "count: 9, within: 1h, by: subject}\n");
  Engine engine([&](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return other;
  });
  const auto done = engine.restore(state);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(engine.active_alerts().all().size(), 1U);
  EXPECT_EQ(engine.correlator().keys(), 1U) << "Storm's";
  const auto changes = engine.step(
      {9, support::at("6m"), 0, support::event_of("hit s1", support::at("6m"), "x"), std::nullopt});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_EQ(shown(changes->front()), "6m fired Storm{subject=s1}\n");
}

}  // namespace
}  // namespace alarum::engine
