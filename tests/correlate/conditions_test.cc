#include "correlate/conditions.h"

#include <gtest/gtest.h>

#include "match/generation.h"
#include "tests/support/story.h"

namespace alarum::correlate {
namespace {

using support::at;

// The conditions of some rules, with keys that are seen by hand.
struct Town {
  FaultRecoveryMatcher pairing;
  Counts counts;
  KeyLimits limits;
  Annuls annuls;
  std::vector<Decision> out;
  Context context{pairing, counts, limits, annuls, out};
  Conditions conditions;

  std::vector<std::unique_ptr<match::Generation>> generations;
  const rules::RuleSet& rules(const std::string& text) {
    generations.push_back(
        std::make_unique<match::Generation>(rules::loaded("rules: [" + text + "]")));
    return generations.back()->rules();
  }
  void apply(const std::string& text, const std::string& when = "0m") {
    conditions.apply(rules(text), at(when), context);
  }
  void see(std::uint32_t rule, const std::string& key, const std::string& when) {
    const auto event = support::event_of("a s1", at(when));
    const auto flat = model::FlatEvent::of(event);
    const Report report{at(when), at(when), "test", at(when)};
    Key named{key, {}};
    conditions.take({rule, model::Role::match, 0}, named, {flat, report, report, 1, 1}, context);
  }
  std::string due() const {
    const auto next = conditions.next();
    return next ? support::shown(next->at) + ' ' + std::string(next->rule) + ' ' +
                      std::string(next->key)
                : "-";
  }
};

std::string absent(const std::string& name, const std::string& span) {
  return "{alert: " + name + ", match: a, absent: " + span + ", by: subject}";
}

TEST(Conditions, TheNextTimerIsByTimeThenRule) {
  Town town;
  town.apply(absent("B", "10m") + ", " + absent("A", "10m") + ", " + absent("C", "9m"));
  EXPECT_EQ(town.due(), "-");
  town.see(0, "k", "1m"), town.see(1, "k", "1m"), town.see(2, "k", "1m");
  std::string order;
  for (int i = 0; i < 3; ++i) {
    order += town.due() + '\n';
    town.conditions.run_next(town.context);
  }
  EXPECT_EQ(order, "10m C k\n11m A k\n11m B k\n");
  EXPECT_EQ(town.due(), "-");
}

TEST(Conditions, AReloadKeepsTheKeysOfRulesThatMakeTheSame) {
  Town town;
  town.apply(absent("A", "10m") + ", " + absent("B", "10m"));
  town.see(0, "k", "1m"), town.see(1, "k", "1m"), town.see(1, "l", "1m");
  town.apply("{alert: A, match: a, absent: 10m, by: source}, " + absent("B", "5m"), "2m");
  EXPECT_EQ(town.conditions.find("A")->keys().size(), 0U) << "its keys are others";
  EXPECT_EQ(town.conditions.find("B")->keys().size(), 2U);
  EXPECT_EQ(town.due(), "6m B k");
  EXPECT_FALSE(town.conditions.drop_retired(0));
  EXPECT_TRUE(town.conditions.drop_retired(100));
}

TEST(Conditions, ARuleThatIsGoneHasNoTimers) {
  Town town;
  town.apply(absent("A", "10m"));
  town.see(0, "k", "1m");
  town.apply(absent("B", "10m"), "2m");
  EXPECT_EQ(town.due(), "-");
  EXPECT_EQ(town.conditions.size(), 0U);
  EXPECT_EQ(town.conditions.find("A"), nullptr);
}

std::string saved(Conditions& conditions) {
  ByteWriter out;
  conditions.begin_save(out);
  while (!conditions.save_some(out.size() + 1, out)) {
  }
  return out.take();
}

TEST(Conditions, ComeBackFromACheckpointWithKeysAndTimers) {
  Town town, restored;
  const auto text = absent("A", "10m") + ", {alert: P, match: a, resolve_after: 1h}, " +
                    "{alert: S, match: a, count: 5, within: 10m, by: subject}";
  town.apply(text);
  town.see(0, "k", "1m"), town.see(2, "l", "2m");
  const auto state = saved(town.conditions);
  ByteReader in(state);
  ASSERT_TRUE(restored.conditions.restore(restored.rules(text), 8, in, false));
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(restored.due(), "11m A k");
  EXPECT_EQ(restored.conditions.find("S")->keys().size(), 1U);
  EXPECT_EQ(saved(restored.conditions), state);
}

TEST(Conditions, UnderOtherRulesWhatIsKnownComesBackAndTheRestIsPassedOver) {
  Town town, restored;
  town.apply(absent("A", "10m") + ", {alert: S, match: a, count: 5, within: 10m, by: subject}");
  town.see(0, "k", "1m"), town.see(1, "l", "2m");
  const auto state = saved(town.conditions);
  const auto& others = restored.rules(absent("A", "7m"));
  ByteReader strict(state), in(state);
  EXPECT_FALSE(restored.conditions.restore(others, 8, strict, false));
  ASSERT_TRUE(restored.conditions.restore(others, 8, in, true));
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(restored.conditions.size(), 1U);
}

}  // namespace
}  // namespace alarum::correlate
