#include "tests/alert/world.h"

namespace alarum::alert {
namespace {

model::Silence silence(const std::string& id, const std::string& matchers, const std::string& from, const std::string& to) {
  model::Silence out;
  out.id = id, out.matchers = *model::parse_matchers(matchers), out.starts_at = support::at(from), out.ends_at = support::at(to);
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
  EXPECT_EQ(silences.silencing({{"a", "x"}, {"b", "z"}}, support::at("30m")), (Ids{"1", "2", "3", "4"}));
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
  EXPECT_TRUE(silences.advance(support::at("2h")));
  EXPECT_FALSE(silences.advance(support::at("3h")));
  EXPECT_EQ(silences.all().size(), 2U);
  silences.advance(support::at("7d"));
  EXPECT_EQ(silences.all().size(), 1U);
}

// Each asks for another value, as people silence hosts: found by the index, whatever their number. With a walk over all of them this
// is two thousand million comparisons.
TEST(Silences, ThousandsCostAnAlertNothing) {
  Silences silences;
  for (int i = 0; i < 20'000; ++i) silences.set(silence(std::to_string(i), "host=h" + std::to_string(i) + ",x=~\".*\"", "0s", "1h"), support::at("0s"));
  std::size_t found = 0;
  for (int i = 0; i < 100'000; ++i) found += silences.silencing({{"host", "h" + std::to_string(i)}, {"alertname", "Down"}}, support::at("1m")).size();
  EXPECT_EQ(found, 20'000U);
}

}  // namespace
}  // namespace alarum::alert
