// Roll-ups (`gather`): what the scenarios of tests/scenario/language/gather.test.yaml cannot show:
// ends by hand, reloads, checkpoints, the work.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/rule_test_runner.h"
#include "tests/engine/world.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;

const std::string kMembers =
    "rules:\n"
    "- {alert: Down, match: down, until: up, by: {server: subject, rack: data.rack}}\n"
    "- {alert: Lost, match: lost, until: back, by: {server: subject, rack: data.rack}}\n";
const std::string kRack =
    kMembers + "- {alert: RackDown, gather: [Down, Lost], distinct: {server: 2}, by: rack}\n";

std::string in(const std::string& rack) {
  return " data={\"rack\":\"" + rack + "\"}";
}

TEST(Gather, DoesWhatItsScenariosSay) {
  const auto read = [](const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  Diagnostics faults;
  const auto tests =
      read_rule_tests(read("tests/scenario/language/gather.test.yaml"), "gather.test.yaml", faults);
  ASSERT_TRUE(tests) << faults.text();
  for (const auto& test : tests->tests) {
    const auto result =
        run_rule_test(test, generation_of(read("tests/scenario/language/gather.yaml")));
    EXPECT_TRUE(result.passed) << result.name << '\n' << result.difference;
  }
}

TEST(Gather, EndedByHandItsMembersAreQuietUntilTheyAreReportedAgain) {
  World world(kRack);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n2s down c" + in("r"));
  EXPECT_EQ(world.told(),
            "0s fired Down{server=a,rack=r} waits for RackDown\n"
            "1s fired Down{server=b,rack=r} absorbed by RackDown\n"
            "1s fired RackDown{rack=r}\n"
            "2s fired Down{server=c,rack=r} absorbed by RackDown\n");
  world.play("1m !resolve RackDown rack=r\n2m up c" + in("r") + "\n1h !tick");
  EXPECT_EQ(world.told(),
            "1m resolved RackDown{rack=r} manual\n2m resolved Down{server=c,rack=r} recovered "
            "absorbed by RackDown\n");
  // The first that is reported again waits as one that fires, and is notified.
  world.play("2h down a" + in("r") + "\n2h1m !tick");
  EXPECT_EQ(world.told(), "2h20s released Down{server=a,rack=r}\n");
  // With the second the roll-up begins again.
  world.play("2h2m down b" + in("r") + "\n2h3m up a" + in("r"));
  EXPECT_EQ(world.told(),
            "2h2m fired RackDown{rack=r}\n2h3m resolved Down{server=a,rack=r} recovered\n");
}

TEST(Gather, TheLeadingMemberDoesNotFallBackWhileItLives) {
  World world(kMembers +
              "- {alert: Host, gather: [Lost, Down], by: server, stage: '{{members.leading}}', "
              "summary: '{{members.leading}} of {{server}}'}\n");
  world.play("0s down a" + in("r") + "\n1m lost a" + in("r") + "\n2m back a" + in("r") +
             "\n3m down a" + in("r"));
  const auto& text =
      world.engine().active_alerts().all().at({"Host", "server=a"}).alert.annotations;
  EXPECT_EQ(text.at("stage"), "Lost");
  EXPECT_EQ(text.at("summary"), "Lost of a");
  // Another one begins anew.
  world.play("4m up a" + in("r") + "\n5m down a" + in("r"));
  EXPECT_EQ(
      world.engine().active_alerts().all().at({"Host", "server=a"}).alert.annotations.at("stage"),
      "Down");
}

TEST(Gather, AReloadThatDoesNotConcernItTouchesNothing) {
  World world(kRack);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n2s down z" + in("q"));
  world.told();
  const auto before = world.engine().gathering().members({"RackDown", "rack=r"}, 10);
  world.reload(support::at("10s"),
               kRack + "- {alert: Other, match: other, by: subject, resolve_after: 1h}\n");
  EXPECT_EQ(world.told(), "");
  EXPECT_EQ(world.engine().gathering().members({"RackDown", "rack=r"}, 10), before);
  world.play("1m !tick");
  EXPECT_EQ(world.told(), "22s released Down{server=z,rack=q}\n");
}

TEST(Gather, WhereItsRuleGoesMembersAreQuietUntilReportedAgainAndWhatWaitedIsReleased) {
  World world(kRack);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n2s down z" + in("q"));
  world.told();
  world.reload(support::at("10s"), kMembers);
  EXPECT_EQ(world.told(),
            "10s resolved RackDown{rack=r} rule_changed\n10s released Down{server=z,rack=q}\n");
  world.play("1m down a" + in("r"));
  EXPECT_EQ(world.told(), "1m released Down{server=a,rack=r}\n");
}

TEST(Gather, ARuleThatComesTakesWhatFiresWithoutHoldingItBack) {
  World world(kMembers);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n2s down z" + in("q"));
  world.told();
  world.reload(support::at("10s"), kRack);
  EXPECT_EQ(world.told(), "10s fired RackDown{rack=r} since 1s\n");
  world.play("1m up a" + in("r") + "\n1m up b" + in("r"));
  EXPECT_EQ(world.told(),
            "1m resolved Down{server=a,rack=r} recovered\n1m resolved Down{server=b,rack=r} "
            "recovered\n1m resolved RackDown{rack=r} drained\n");
}

TEST(Gather, ARuleThatMatchesTheRollUpFiresWithIt) {
  World world(kRack +
              "- {alert: Page, match: {alert: RackDown}, by: rack, resolve_after: 1h}\n- {alert: "
              "Hall, gather: [Page], distinct: {rack: 2}}\n");
  world.play("0s down a" + in("r") + "\n0s down b" + in("r") + "\n0s lost c" + in("q") +
             "\n1s lost d" + in("q"));
  EXPECT_EQ(world.told(),
            "0s fired Down{server=a,rack=r} waits for RackDown\n"
            "0s fired Down{server=b,rack=r} absorbed by RackDown\n0s fired RackDown{rack=r}\n0s "
            "fired Page{rack=r} waits for Hall\n"
            "0s fired Lost{server=c,rack=q} waits for RackDown\n"
            "1s fired Lost{server=d,rack=q} absorbed by RackDown\n1s fired RackDown{rack=q}\n1s "
            "fired Page{rack=q} absorbed by Hall\n1s fired Hall{}\n");
}

// What gets worse is another alert, and may have other labels: the roll-up that it has left must
// not wait for its end.
TEST(Gather, AMemberThatGetsWorseAndBelongsElsewhereLeavesWhereItWas) {
  const std::string rules =
      "tables: {zones: {file: zones.csv, key: sev}}\nenrich: [{table: zones, key: data.sev, add: "
      "[zone]}]\nrules:\n"
      "- {alert: Down, match: down, until: up, by: {server: subject}, severity: '{{data.sev}}', "
      "resolve_after: 12h, labels: {zone: '{{zone}}'}}\n"
      "- {alert: Zone, gather: [Down], by: zone, severity: '{{members.severity}}'}\n";
  World world(rules, {{"zones.csv", "sev,zone\nmajor,z1\ncritical,z2\n"}});
  world.play(R"(0s down a data={"sev":"major"})");
  EXPECT_EQ(world.told(), "0s fired Down{server=a} absorbed by Zone\n0s fired Zone{zone=z1}\n");
  world.play(R"(10s down a data={"sev":"critical"})");
  EXPECT_EQ(world.told(),
            "10s resolved Down{server=a} escalated absorbed by Zone\n10s fired Down{server=a} "
            "absorbed by Zone\n10s resolved Zone{zone=z1} drained\n10s fired Zone{zone=z2}\n");
  world.play("1m up a");
  EXPECT_EQ(
      world.told(),
      "1m resolved Down{server=a} recovered absorbed by Zone\n1m resolved Zone{zone=z2} drained\n");
}

// A backlog tells of something worse that was over long ago, which takes the place of what fires.
TEST(Gather, AMemberWhoseWorseKindWasOverBeforeItWasKnownHoldsNoRollUpOpen) {
  World world(
      "rules:\n- {alert: Down, match: down, until: up, by: {server: subject}, severity: "
      "'{{data.sev}}', resolve_after: 1h}\n- {alert: All, gather: [Down], severity: "
      "'{{members.severity}}'}\n");
  world.play(
      "0s down a source=s data={\"sev\":\"major\"}\n10s x - source=log time=-10h\n30s x - "
      "source=log time=-9h\n50s x - source=log time=-8h\n70s x - source=log time=-7h");
  world.told();
  world.play("80s down a source=log time=-6h data={\"sev\":\"critical\"}");
  const auto told = world.told();
  EXPECT_NE(told.find("late"), std::string::npos) << told;
  EXPECT_NE(told.find("resolved All{} drained"), std::string::npos) << told;
}

TEST(Gather, NamesOfEventsThatComeWithAnInventoryAreNothingToARollUp) {
  const auto rules = kRack + "- {alert: Other, match: other, by: subject, resolve_after: 1h}\n";
  World world(rules);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r"));
  world.told();
  world.reload(support::at("10s"),
               "inventory: {file: inventory.csv, keys: {id: subject}, labels: [rack]}\n" + rules,
               {{"inventory.csv", "id,server,rack\nx,x,r\n"}});
  EXPECT_EQ(world.told(), "");
  EXPECT_EQ(world.engine().gathering().members({"RackDown", "rack=r"}, 10).second, 2u);
}

// Of several reporters of one thing each has one alert: a second alert of one of them is another
// thing, and is news.
TEST(Gather, ASecondAlertOfTheSameRuleIsNewsWhereTheStageSaysSo) {
  World world(
      "rules:\n- {alert: Disk, match: disk, until: fine, by: [{server: source}, subject], "
      "resolve_after: 7d}\n- {alert: Kernel, match: io, by: {server: source}, resolve_after: 7d}\n"
      "- {alert: DiskFailing, gather: [Disk, Kernel], by: server, stage: "
      "'{{members.leading}}{{#members.several}}, {{members.several}} of "
      "them{{/members.several}}'}\n");
  const auto stage = [&] {
    return world.engine()
        .active_alerts()
        .all()
        .at({"DiskFailing", "server=s"})
        .alert.annotations.at("stage");
  };
  world.play("0s disk 1 source=s\n5s io - source=s\n6s io - source=s");
  EXPECT_EQ(stage(), "Disk");
  world.told();
  ASSERT_TRUE(world.engine().restore(saved(world.engine())));
  world.play("1h disk 2 source=s\n2h disk 2 source=s\n3h fine 1 source=s");
  EXPECT_EQ(stage(), "Disk, 2 of them");
  world.play("4h disk 3 source=s");
  EXPECT_EQ(stage(), "Disk, 3 of them");
  EXPECT_EQ(world.told(),
            "1h fired Disk{server=s,subject=2} absorbed by DiskFailing\n1h stage_changed "
            "DiskFailing{server=s}\n"
            "3h resolved Disk{server=s,subject=1} recovered absorbed by DiskFailing\n"
            "4h fired Disk{server=s,subject=3} absorbed by DiskFailing\n4h stage_changed "
            "DiskFailing{server=s}\n");
}

// Growth within `settle` belongs to the incident; what comes after it was settled is news, also
// where nobody is back.
TEST(Gather, WhoJoinsARollUpLongAfterItBeganIsNews) {
  World world(kRack);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n30s down c" + in("r") +
             "\n1h lost a" + in("r"));
  world.told();
  world.play("10h !tick");
  EXPECT_EQ(world.told(), "");
  ASSERT_TRUE(world.engine().restore(saved(world.engine())));
  world.play("10h down d" + in("r") + "\n10h1m down e" + in("r") + "\n11h !tick");
  EXPECT_EQ(world.told(),
            "10h fired Down{server=d,rack=r} absorbed by RackDown\n10h1m fired "
            "Down{server=e,rack=r} absorbed by RackDown\n10h3m stage_changed RackDown{rack=r}\n");
  EXPECT_EQ(
      world.engine().active_alerts().all().at({"RackDown", "rack=r"}).alert.annotations.at("stage"),
      "2 more, now 5 down: a, b, c, d, e");
  world.play("20h lost b" + in("r") + "\n21h !tick\n22h down f" + in("r") + "\n23h !tick");
  EXPECT_EQ(world.told(),
            "20h fired Lost{server=b,rack=r} absorbed by RackDown\n22h fired Down{server=f,rack=r} "
            "absorbed by RackDown\n22h2m stage_changed RackDown{rack=r}\n");
}

TEST(Gather, ARollUpThatIsQuietIsReportedAgainWithItsMembers) {
  World world(kRack +
              "- {alert: Hall, gather: [RackDown], distinct: {rack: 2}, by: {kind: alertname}}\n");
  world.play("0s down a" + in("r") + "\n0s down b" + in("r") + "\n0s down c" + in("q") +
             "\n0s down d" + in("q") + "\n1m !resolve Hall kind=RackDown");
  EXPECT_NE(world.told().find("1m resolved Hall{kind=RackDown} manual"), std::string::npos);
  world.play("2m down a" + in("r") + "\n3m !tick");
  EXPECT_EQ(world.told(), "2m20s released RackDown{rack=r}\n");
}

TEST(Gather, WhatIsQuietAndGetsWorseIsNewsAtOnce) {
  const std::string down =
      "rules:\n- {alert: Down, match: down, until: up, by: {server: subject}, severity: "
      "'{{data.sev}}', resolve_after: 12h}\n";
  World world(down + "- {alert: All, gather: [Down], severity: '{{members.severity}}'}\n");
  world.play("0s down a data={\"sev\":\"major\"}\n1s down a data={\"sev\":\"major\"}");
  world.told();
  world.reload(support::at("10s"), down);
  EXPECT_EQ(world.told(), "10s resolved All{} rule_changed\n");
  world.play("1m down a data={\"sev\":\"critical\"}");
  EXPECT_EQ(world.told(),
            "1m resolved Down{server=a} escalated absorbed by All\n1m fired Down{server=a}\n");
}

// The state in a checkpoint is all that it is: from each of them on the same happens.
TEST(Gather, ACheckpointAnywhereGoesOnTheSame) {
  const auto rules = kRack +
                     "- {alert: Hall, gather: [RackDown], distinct: {rack: 2}, for: 1m, wait: 40s, "
                     "keep_firing_for: 30s}\n";
  const std::vector<std::string> story{
      "0s down a" + in("r"),         "5s down b" + in("r"), "10s down c" + in("q"),
      "15s lost d" + in("q"),        "2m up a" + in("r"),   "3m down e" + in("p"),
      "5m !resolve RackDown rack=q", "6m down c" + in("q"), "7m up b" + in("r"),
      "8m lost d" + in("q"),         "9m up c" + in("q"),   "12m !tick"};
  World calm(rules);
  std::string expected;
  for (const auto& line : story) calm.play(line), expected += calm.told();
  for (std::size_t cut = 0; cut < story.size(); ++cut) {
    World world(rules);
    std::string told;
    for (std::size_t i = 0; i < story.size(); ++i) {
      world.play(story[i]), told += world.told();
      if (i != cut) continue;
      const auto state = saved(world.engine());
      ASSERT_TRUE(world.engine().restore(state)) << cut;
      EXPECT_EQ(sorted(saved(world.engine())), sorted(state)) << cut;
    }
    EXPECT_EQ(told, expected) << cut;
  }
  EXPECT_NE(expected.find("fired Hall{}"), std::string::npos) << expected;
}

// A storm costs each member its own O(log n): no member looks at the others, before it begins and
// after, and its beginning looks at each once or twice.
TEST(Gather, AStormOfFiftyThousandMembersLooksAtEachAFewTimes) {
  constexpr std::uint64_t kStorm = 50'000;
  World world(
      "rules:\n- {alert: Down, match: down, until: up, by: {server: subject}}\n- {alert: AllDown, "
      "gather: [Down], distinct: {server: 10000}, within: 1h, wait: 1m}\n");
  for (std::uint64_t i = 0; i < kStorm; ++i)
    world.take(support::kStart + i * 1ms,
               support::event_of("down s" + std::to_string(i), support::kStart + i * 1ms,
                                 std::to_string(i)));
  const auto& engine = world.engine();
  EXPECT_EQ(engine.active_alerts().by_rule().at("AllDown"), 1u);
  EXPECT_EQ(engine.gathering().members({"AllDown", ""}, 3).second, kStorm);
  EXPECT_LE(engine.gathering().looks(), 30'000u + kStorm);
  EXPECT_LE(engine.active_alerts().settled(), 3 * kStorm);
}

}  // namespace
}  // namespace alarum::engine
