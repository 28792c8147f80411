// `unless`: what the alert of another rule annuls, and what is judged again when it ends
// (docs/rules.md "Maintenance").
#include <gtest/gtest.h>

#include "config/routing.h"
#include "engine/processor.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

constexpr auto kWithMaintenance = R"(
rules:
- {alert: Work, match: begun, until: done, by: subject, resolve_after: 5h}
- {alert: Down, match: down, until: up, by: subject, unless: [Work], resolve_after: 24h}
- {alert: Card, match: card, until: up, by: [subject, {card: data.card}], unless: Work, resolve_after: 24h}
- {alert: Storm, match: error, count: 2, within: 10m, by: subject, unless: [Work]}
- {alert: Steps, sequence: [down, error], within: 10m, by: subject, unless: [Work], resolve_after: 1h}
- {alert: Slow, match: slow, until: fast, for: 5m, by: subject, unless: [Work], resolve_after: 1h}
- {alert: Lost, match: heart, absent: 10m, by: subject, silent_share: 100%, unless: [Work]}
- {alert: Both, match: {alert: [Down, Storm]}, distinct: {alertname: 1}, within: 5m, by: subject}
)";

// What `engine` annulled in its newest step, as `Down{subject=s1} by Work`.
std::string annulled(const Engine& engine) {
  std::string text;
  for (const auto& one : engine.annulments().noted())
    text += one.group_key + " by " + one.by.at(0) + '\n';
  return text;
}

TEST(Unless, AMatchCountsForNothingWhileTheOtherAlertFiresForTheSameValues) {
  World world(kWithMaintenance);
  world.play(
      "0m begun s1\n1m down s1\n1m card s1 data={\"card\":1}\n2m error s1\n3m error s1\n3m down "
      "s2");
  EXPECT_EQ(world.told(),
            "0s fired Work{subject=s1}\n3m fired Down{subject=s2}\n3m fired Both{subject=s2}\n");
  EXPECT_EQ(annulled(world.engine()), "");
  world.play("4m card s1 data={\"card\":2}");
  EXPECT_EQ(annulled(world.engine()), "Card{subject=s1,card=2} by Work\n");
  const auto& noted = world.engine().annulments().noted().at(0);
  EXPECT_EQ(noted.alert_id,
            world.engine().active_alerts().all().at({"Work", "subject=s1"}).alert.id);
  const auto& counts = world.engine().annulments().counts();
  EXPECT_EQ(counts.at({"Card", "Work"}), 2U);
  EXPECT_EQ(counts.at({"Down", "Work"}), 1U);
  EXPECT_EQ(counts.at({"Storm", "Work"}), 2U);
  EXPECT_EQ(counts.at({"Steps", "Work"}), 3U);
  // Nothing of that is left when it ends: one more error is no storm, and no second step.
  world.play("5m done s1\n6m error s1\n7m down s1");
  EXPECT_EQ(world.told(),
            "5m resolved Work{subject=s1} recovered\n7m fired Down{subject=s1}\n7m fired "
            "Both{subject=s1}\n");
}

TEST(Unless, WhatAForWaitsForIsJudgedWhenItIsOverAlsoWhereItBeganMeanwhile) {
  World world(kWithMaintenance);
  world.play("0m begun s1\n1m slow s1\n2m slow s2\n8m done s1");
  EXPECT_EQ(world.told(),
            "0s fired Work{subject=s1}\n7m fired Slow{subject=s2} since 2m\n8m resolved "
            "Work{subject=s1} recovered\n");
  // Nobody has said since that it is fast: that is news, five minutes after the work.
  world.play("20m !tick");
  EXPECT_EQ(world.told(), "13m fired Slow{subject=s1} since 1m\n");
  World over(kWithMaintenance);
  over.play("0m begun s1\n1m slow s1\n7m fast s1\n8m done s1\n30m !tick");
  EXPECT_EQ(over.told(), "0s fired Work{subject=s1}\n8m resolved Work{subject=s1} recovered\n");
}

TEST(Unless, WhatFiresAlreadyIsRepeatedAndEndsAsEver) {
  World world(kWithMaintenance);
  world.play("0m down s1\n1m begun s1\n2m down s1\n3m up s1\n4m down s1");
  EXPECT_EQ(world.told(),
            "0s fired Down{subject=s1}\n0s fired Both{subject=s1}\n1m fired Work{subject=s1}\n3m "
            "resolved Down{subject=s1} recovered\n3m resolved Both{subject=s1} recovered\n");
  EXPECT_EQ(annulled(world.engine()), "Down{subject=s1} by Work\nSteps{subject=s1} by Work\n");
}

TEST(Unless, AnEventThatBeginsItAnnulsAndOneThatEndsItDoesNot) {
  // Written before it: whoever annuls is judged first, wherever it stands.
  World world(R"(
rules:
- {alert: Down, match: [down, crash], until: up, by: subject, unless: [Outer], resolve_after: 24h}
- {alert: Outer, match: {type: down, data.planned: 'yes'}, until: crash, by: subject, unless: [Inner], resolve_after: 24h}
- {alert: Inner, match: stop, by: subject, resolve_after: 24h}
)");
  world.play(
      "0m down s1 data={\"planned\":\"yes\"}\n1m crash s1\n2m stop s2\n3m down s2 "
      "data={\"planned\":\"yes\"}");
  EXPECT_EQ(world.told(),
            "0s fired Outer{subject=s1}\n1m resolved Outer{subject=s1} recovered\n1m fired "
            "Down{subject=s1}\n2m fired Inner{subject=s2}\n3m fired Down{subject=s2}\n");
}

TEST(Unless, OfAnEventOfSeveralOnlyThoseUnderMaintenanceAreAnnulled) {
  World world(R"(
rules:
- {alert: Work, match: begun, by: {host: data.hosts}, resolve_after: 5h}
- {alert: Down, match: down, by: {host: data.hosts}, unless: [Work], resolve_after: 24h}
)");
  world.play("0m begun - data={\"hosts\":[\"a\"]}\n1m down - data={\"hosts\":[\"a\",\"b\"]}");
  EXPECT_EQ(world.told(), "0s fired Work{host=a}\n1m fired Down{host=b}\n");
}

TEST(Unless, WhatIsDueMeanwhileIsJudgedOneForAfterIt) {
  World world(kWithMaintenance);
  // s1's wait began before, s2's is ended meanwhile, s3's begins during it.
  world.play(
      "0m slow s1\n0m slow s2\n1m begun s1\n1m begun s2\n1m begun s3\n2m slow s3\n30m fast s2\n60m "
      "done s1\n60m done s2\n60m done s3\n2h !tick");
  EXPECT_EQ(world.told(),
            "1m fired Work{subject=s1}\n1m fired Work{subject=s2}\n1m fired Work{subject=s3}\n"
            "1h resolved Work{subject=s1} recovered\n1h resolved Work{subject=s2} recovered\n1h "
            "resolved Work{subject=s3} recovered\n"
            "1h5m fired Slow{subject=s1} since 0s\n1h5m fired Slow{subject=s3} since 2m\n");
}

TEST(Unless, AMatchThatWaitsIsJudgedWhenItIsDueWhateverFiredWhenItCame) {
  World world(kWithMaintenance);
  // s1's maintenance is over before its wait is, s2 says that it is over before its maintenance is.
  world.play(
      "0m begun s1\n0m begun s2\n1m slow s1\n1m slow s2\n2m done s1\n3m fast s2\n4m done s2\n30m "
      "!tick");
  EXPECT_EQ(world.told(),
            "0s fired Work{subject=s1}\n0s fired Work{subject=s2}\n2m resolved Work{subject=s1} "
            "recovered\n4m resolved Work{subject=s2} recovered\n"
            "6m fired Slow{subject=s1} since 1m\n");
  EXPECT_TRUE(world.engine().annulments().counts().empty());
}

TEST(Unless, WhatIsAbsentMeanwhileIsWaitedForAnewAfterIt) {
  World world(kWithMaintenance);
  world.play(
      "0m heart s1\n0m heart s2\n1m begun s1\n1m begun s2\n40m heart s2\n60m done s1\n60m done "
      "s2\n2h !tick");
  EXPECT_EQ(world.told(),
            "1m fired Work{subject=s1}\n1m fired Work{subject=s2}\n1h resolved Work{subject=s1} "
            "recovered\n1h resolved Work{subject=s2} recovered\n"
            "1h10m fired Lost{subject=s1}\n1h10m fired Lost{subject=s2}\n");
}

TEST(Unless, WhatIsAbsentIsFoundByThePathOfItsKeyWhateverItsLabelIsCalled) {
  World world(R"(
rules:
- {alert: Work, match: begun, until: done, by: {server: subject}, resolve_after: 5h}
- {alert: Lost, match: heart, absent: 10m, by: {server: subject}, silent_share: 100%, unless: [Work]}
- {alert: Quiet, match: heart, absent: 10m, by: {server: subject}, silent_share: 100%, inhibited_by: [Work]}
)");
  world.play("0m heart s1\n1m begun s1\n30m done s1\n1h !tick");
  EXPECT_EQ(
      world.told(),
      "1m fired Work{server=s1}\n10m fired Quiet{server=s1} inhibited_by Work\n30m resolved "
      "Work{server=s1} recovered\n30m released Quiet{server=s1}\n40m fired Lost{server=s1}\n");
}

TEST(Unless, AMaintenanceThatNeverEndsIsOverWithItsTimeOut) {
  World world(kWithMaintenance);
  world.play("0m heart s1\n0m slow s1\n1m begun s1\n6h !tick");
  EXPECT_EQ(world.told(),
            "1m fired Work{subject=s1}\n5h1m resolved Work{subject=s1} timeout\n5h6m fired "
            "Slow{subject=s1} since 0s\n5h11m fired Lost{subject=s1}\n");
}

TEST(Unless, WhatIsPutOffOutlivesACheckpointAndAReloadThatTakesTheUnlessAwayJudgesIt) {
  World world(kWithMaintenance);
  world.play(
      "0m heart s1\n0m slow s1\n0m heart s2\n0m slow s2\n1m begun s1\n1m begun s2\n30m !tick");
  world.told();
  const auto before = saved(world.engine());
  ASSERT_TRUE(world.engine().restore(before));
  EXPECT_EQ(sorted(saved(world.engine())), sorted(before));
  world.reload(support::at("31m"), kWithMaintenance);  // changes nothing
  world.play("40m done s2\n55m !tick");
  EXPECT_EQ(world.told(),
            "40m resolved Work{subject=s2} recovered\n45m fired Slow{subject=s2} since 0s\n50m "
            "fired Lost{subject=s2}\n");
  auto without = std::string(kWithMaintenance);
  for (auto at = without.find(", unless: [Work]"); at != without.npos;
       at = without.find(", unless: [Work]"))
    without.erase(at, 16);
  world.reload(support::at("60m"), without);
  world.play("2h !tick");
  EXPECT_EQ(world.told(),
            "1h5m fired Slow{subject=s1} since 0s\n1h10m fired Lost{subject=s1}\n1h45m resolved "
            "Slow{subject=s2} timeout\n");
}

TEST(Unless, WhatWasAnnulledIsInTheHistoryOfTheAlertThatAnnulledItOnce) {
  const auto generation = generation_of(kWithMaintenance);
  Engine engine([&](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
    return generation;
  });
  const auto book = std::move(*alert::Book::open(":memory:"));
  Processor processor(engine, *book,
                      {std::make_shared<config::Routing>(config::routing_to("ops")),
                       {{"ops/w/0", "ops"}},
                       [](const auto&, const auto&) { return model::Content{}; },
                       {}});
  model::Offset offset = 0;
  const auto put = [&](const std::string& at, model::Payload payload) {
    ASSERT_TRUE(processor.step({offset++, support::at(at), 0, std::move(payload), std::nullopt}));
  };
  put("0m", model::Reload{generation->rules().hash});
  put("1m", support::event_of("begun s1", support::at("1m"), "1"));
  put("2m", support::event_of("card s1 data={\"card\":[1,2]}", support::at("2m"), "2"));
  ASSERT_TRUE(processor.commit());
  alert::Book::Question question;
  question.why = "annulled";
  const auto found = book->entries(question);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->entries.size(), 2U);
  const auto& first = found->entries.front();
  EXPECT_EQ(first.alert_id, engine.active_alerts().all().at({"Work", "subject=s1"}).alert.id);
  EXPECT_EQ(first.group_key + ' ' + first.detail + ' ' + first.state,
            "Card{subject=s1,card=2} [\"Work\"] firing");
  EXPECT_EQ(first.at, support::at("2m"));
  EXPECT_EQ(processor.counts().suppressed.at("annulled"), 2U);
}

}  // namespace
}  // namespace alarum::engine
