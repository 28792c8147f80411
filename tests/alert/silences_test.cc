#include <random>

#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

model::Silence silence(const std::string& id, const std::string& matchers, const std::string& from,
                       const std::string& to) {
  model::Silence out;
  out.id = id, out.matchers = *model::parse_matchers(matchers), out.starts_at = support::at(from),
  out.ends_at = support::at(to);
  return out;
}

TEST(Silences, FindsThoseThatOverlap) {
  Silences silences;
  silences.set(silence("1", "a=x", "0s", "1h"), support::at("0s"));
  silences.set(silence("2", "a=~\"x|y\"", "0s", "1h"), support::at("0s"));
  silences.set(silence("3", "a=x,b=z", "0s", "1h"), support::at("0s"));
  silences.set(silence("4", "a=x", "30m", "1h"), support::at("0s"));
  using Ids = std::vector<std::string>;
  EXPECT_EQ(silences.silencing({{"a", "x"}}, support::at("1m")), (Ids{"1", "2"}));
  EXPECT_EQ(silences.silencing({{"a", "x"}, {"b", "z"}}, support::at("30m")),
            (Ids{"1", "2", "3", "4"}));
  EXPECT_EQ(silences.silencing({{"a", "y"}}, support::at("1m")), (Ids{"2"}));
  EXPECT_EQ(silences.silencing({{"a", "x"}}, support::at("1h")), Ids{});
}

TEST(Silences, AChangedOneIsFoundByItsNewMatchersOnly) {
  Silences silences;
  silences.set(silence("1", "a=x", "0s", "1h"), support::at("0s"));
  silences.set(silence("1", "a=y", "0s", "2h"), support::at("1m"));
  EXPECT_TRUE(silences.silencing({{"a", "x"}}, support::at("1m")).empty());
  EXPECT_EQ(silences.silencing({{"a", "y"}}, support::at("90m")).size(), 1U);
  EXPECT_EQ(silences.next_end(), support::at("2h"));
}

TEST(Silences, OneThatIsOverStaysOver) {
  Silences silences;
  silences.set(silence("1", "a=x", "0s", "1h"), support::at("0s"));
  EXPECT_TRUE(silences.expire("1", support::at("1m")));
  EXPECT_FALSE(silences.expire("1", support::at("2m")));
  EXPECT_FALSE(silences.expire("2", support::at("2m")));
  EXPECT_EQ(silences.find("1")->ends_at, support::at("1m"));
  EXPECT_EQ(silences.next_end(), std::nullopt);
}

TEST(Silences, ExpiredOnesAreForgottenAfterFiveDays) {
  Silences silences;
  silences.set(silence("1", "a=x", "0s", "1h"), support::at("0s"));
  silences.set(silence("2", "a=x", "0s", "6d"), support::at("0s"));
  EXPECT_FALSE(silences.advance(support::at("2h")).empty());
  EXPECT_TRUE(silences.advance(support::at("3h")).empty());
  EXPECT_EQ(silences.all().size(), 2U);
  silences.advance(support::at("7d"));
  EXPECT_EQ(silences.all().size(), 1U);
}

// The index and what it remembers change nothing in what is found.
TEST(Silences, FindsWhatAWalkOverAllFinds) {
  std::mt19937 dice(7);
  const auto any = [&](int n) {
    return std::to_string(std::uniform_int_distribution(0, n - 1)(dice));
  };
  Silences silences;
  for (int minute = 0; minute < 300; ++minute) {
    const auto now = support::at(std::to_string(minute) + "m");
    silences.advance(now);
    const auto matchers =
        any(2) == "0" ? "a=" + any(3) : "a=~\"" + any(3) + ".*\",b!~\"" + any(2) + "|x\"";
    silences.set(silence(any(40), matchers, std::to_string(minute) + "m",
                         std::to_string(minute + 1 + std::stoi(any(60))) + "m"),
                 now);
    if (any(5) == "0") silences.expire(any(40), now);
    for (int i = 0; i < 20; ++i) {
      const model::Labels labels{{"a", any(3) + any(2)}, {"b", any(3)}};
      std::vector<std::string> expected;
      for (const auto& [id, one] : silences.all())
        if (one.state(now) == model::Silence::State::active && one.matches(labels))
          expected.push_back(id);
      EXPECT_EQ(silences.silencing(labels, now), expected);
    }
  }
}

// Without what is remembered these are a hundred million expressions.
TEST(Silences, AThousandExpressionsAreAskedOnceForEachAlert) {
  Silences silences;
  for (int i = 0; i < 1000; ++i)
    silences.set(silence(std::to_string(i), "host=~\".*h" + std::to_string(i) + "\"", "0s", "1h"),
                 support::at("0s"));
  std::size_t found = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 100; ++i)
      found += silences.silencing({{"host", "x-h" + std::to_string(i)}}, support::at("1m")).size();
  }
  EXPECT_EQ(found, 100'000U);
}

// Each asks for another value, as people silence hosts: found by the index, whatever their number.
// With a walk over all of them this is two thousand million comparisons.
TEST(Silences, ThousandsCostAnAlertNothing) {
  Silences silences;
  for (int i = 0; i < 20'000; ++i)
    silences.set(
        silence(std::to_string(i), "host=h" + std::to_string(i) + ",x=~\".*\"", "0s", "1h"),
        support::at("0s"));
  std::size_t found = 0;
  for (int i = 0; i < 100'000; ++i)
    found += silences
                 .silencing({{"host", "h" + std::to_string(i)}, {"alertname", "Down"}},
                            support::at("1m"))
                 .size();
  EXPECT_EQ(found, 20'000U);
}

TEST(Silences, ACrowdThatDemandsTheSameIsComparedWithAnAlertOnce) {
  constexpr std::size_t kMany = 2'000;
  Silences silences;
  for (std::size_t i = 0; i < kMany; ++i)
    silences.set(silence(std::to_string(i),
                         "severity=critical,host=~\"h" + std::to_string(i) + "|x\"", "0s", "1h"),
                 support::at("0s"));
  const model::Labels one{{"severity", "critical"}, {"host", "h7"}},
      all{{"severity", "critical"}, {"host", "x"}};
  EXPECT_EQ(silences.silencing(one, support::at("1m")), std::vector<std::string>{"7"});
  EXPECT_EQ(silences.silencing(all, support::at("1m")).size(), Silences::kMostNamed);
  const auto before = silences.compared();
  for (int i = 0; i < 100; ++i) silences.silencing(one, support::at("1m"));
  EXPECT_LE(silences.compared() - before, 100 * Silences::kCrowd);
  EXPECT_TRUE(silences.expire("7", support::at("2m")));
  EXPECT_TRUE(silences.silencing(one, support::at("3m")).empty());
}

}  // namespace
}  // namespace alarum::alert
