// Roll-ups (`gather`): what the scenarios of tests/scenario/language/gather.test.yaml cannot show: ends by hand, reloads, checkpoints, the work.
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
const std::string kRack = kMembers + "- {alert: RackDown, gather: [Down, Lost], distinct: {server: 2}, by: rack}\n";

std::string in(const std::string& rack) { return " data={\"rack\":\"" + rack + "\"}"; }

TEST(Gather, DoesWhatItsScenariosSay) {
  const auto read = [](const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  Diagnostics faults;
  const auto tests = read_rule_tests(read("tests/scenario/language/gather.test.yaml"), "gather.test.yaml", faults);
  ASSERT_TRUE(tests) << faults.text();
  for (const auto& test : tests->tests) {
    const auto result = run_rule_test(test, generation_of(read("tests/scenario/language/gather.yaml")));
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
  EXPECT_EQ(world.told(), "1m resolved RackDown{rack=r} manual\n2m resolved Down{server=c,rack=r} recovered absorbed by RackDown\n");
  // The first that is reported again waits as one that fires, and is notified.
  world.play("2h down a" + in("r") + "\n2h1m !tick");
  EXPECT_EQ(world.told(), "2h20s released Down{server=a,rack=r}\n");
  // With the second the roll-up begins again.
  world.play("2h2m down b" + in("r") + "\n2h3m up a" + in("r"));
  EXPECT_EQ(world.told(), "2h2m fired RackDown{rack=r}\n2h3m resolved Down{server=a,rack=r} recovered\n");
}

TEST(Gather, TheLeadingMemberDoesNotFallBackWhileItLives) {
  World world(kMembers + "- {alert: Host, gather: [Lost, Down], by: server, stage: '{{members.leading}}', summary: '{{members.leading}} of {{server}}'}\n");
  world.play("0s down a" + in("r") + "\n1m lost a" + in("r") + "\n2m back a" + in("r") + "\n3m down a" + in("r"));
  const auto& text = world.engine().instances().all().at({"Host", "server=a"}).alert.annotations;
  EXPECT_EQ(text.at("stage"), "Lost");
  EXPECT_EQ(text.at("summary"), "Lost of a");
  // Another one begins anew.
  world.play("4m up a" + in("r") + "\n5m down a" + in("r"));
  EXPECT_EQ(world.engine().instances().all().at({"Host", "server=a"}).alert.annotations.at("stage"), "Down");
}

TEST(Gather, AReloadThatDoesNotConcernItTouchesNothing) {
  World world(kRack);
  world.play("0s down a" + in("r") + "\n1s down b" + in("r") + "\n2s down z" + in("q"));
  world.told();
  const auto before = world.engine().gathering().members({"RackDown", "rack=r"}, 10);
  world.reload(support::at("10s"), kRack + "- {alert: Other, match: other, by: subject, resolve_after: 1h}\n");
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
  EXPECT_EQ(world.told(), "10s resolved RackDown{rack=r} rule_changed\n10s released Down{server=z,rack=q}\n");
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
  EXPECT_EQ(world.told(), "1m resolved Down{server=a,rack=r} recovered\n1m resolved Down{server=b,rack=r} recovered\n1m resolved RackDown{rack=r} drained\n");
}

TEST(Gather, ARuleThatMatchesTheRollUpFiresWithIt) {
  World world(kRack + "- {alert: Page, match: {alert: RackDown}, by: rack, resolve_after: 1h}\n- {alert: Hall, gather: [Page], distinct: {rack: 2}}\n");
  world.play("0s down a" + in("r") + "\n0s down b" + in("r") + "\n0s lost c" + in("q") + "\n1s lost d" + in("q"));
  EXPECT_EQ(world.told(),
            "0s fired Down{server=a,rack=r} waits for RackDown\n"
            "0s fired Down{server=b,rack=r} absorbed by RackDown\n0s fired RackDown{rack=r}\n0s fired Page{rack=r} waits for Hall\n"
            "0s fired Lost{server=c,rack=q} waits for RackDown\n"
            "1s fired Lost{server=d,rack=q} absorbed by RackDown\n1s fired RackDown{rack=q}\n1s fired Page{rack=q} absorbed by Hall\n1s fired Hall{}\n");
}

// The state in a checkpoint is all that it is: from each of them on the same happens.
TEST(Gather, ACheckpointAnywhereGoesOnTheSame) {
  const auto rules = kRack + "- {alert: Hall, gather: [RackDown], distinct: {rack: 2}, for: 1m, wait: 40s, keep_firing_for: 30s}\n";
  const std::vector<std::string> story{"0s down a" + in("r"), "5s down b" + in("r"), "10s down c" + in("q"), "15s lost d" + in("q"), "2m up a" + in("r"), "3m down e" + in("p"),
                                       "5m !resolve RackDown rack=q", "6m down c" + in("q"), "7m up b" + in("r"), "8m lost d" + in("q"), "9m up c" + in("q"), "12m !tick"};
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

// A storm costs each member its own O(log n): no member looks at the others, before it begins and after, and its beginning looks at each once or twice.
TEST(Gather, AStormOfFiftyThousandMembersLooksAtEachAFewTimes) {
  constexpr std::uint64_t kStorm = 50'000;
  World world("rules:\n- {alert: Down, match: down, until: up, by: {server: subject}}\n- {alert: AllDown, gather: [Down], distinct: {server: 10000}, within: 1h, wait: 1m}\n");
  for (std::uint64_t i = 0; i < kStorm; ++i) world.take(support::kStart + i * 1ms, support::event_of("down s" + std::to_string(i), support::kStart + i * 1ms, std::to_string(i)));
  const auto& engine = world.engine();
  EXPECT_EQ(engine.instances().by_rule().at("AllDown"), 1u);
  EXPECT_EQ(engine.gathering().members({"AllDown", ""}, 3).second, kStorm);
  EXPECT_LE(engine.gathering().looks(), 30'000u + kStorm);
  EXPECT_LE(engine.instances().settled(), 3 * kStorm);
}

}  // namespace
}  // namespace alarum::engine
