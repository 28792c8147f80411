#include "model/dedup.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace alarum::model::dedup_test {
namespace {

using namespace std::chrono_literals;

Time at(std::int64_t second) {
  return Time(std::chrono::seconds(second));
}

// The same in a few plain lines: a list in which the last entry of an identity counts.
class Plain {
 public:
  Plain(Duration window, std::size_t max) : window_(window), max_(max) {}

  std::optional<std::uint64_t> content(const Identity& identity) const {
    std::optional<std::uint64_t> out;
    for (const auto& one : all_) {
      if (one.identity == identity) out = one.content;
    }
    return out;
  }
  void add(const SeenEvent& event) {
    std::erase_if(all_, [&](const auto& one) { return one.at + window_ < event.at; });
    if (content(event.identity) == event.content) return;
    all_.push_back(event);
    if (all_.size() > max_) all_.erase(all_.begin());
  }

 private:
  Duration window_;
  std::size_t max_;
  std::vector<SeenEvent> all_;
};

// Few first words, so that looks meet each other's entries; some that lie at the table's very end.
Identity some_identity(std::mt19937_64& random) {
  const std::array<std::uint64_t, 5> words{0, 0xFFFFFFFF, 0xFFFFFFF0, 0x80000000, 7};
  return {random() % 2 ? words[random() % words.size()] : random() % 40, random() % 4};
}

TEST(DedupSet, KnowsWhatAPlainListKnows) {
  for (const auto max : {std::size_t{1}, std::size_t{7}, std::size_t{60}, std::size_t{100'000}}) {
    std::mt19937_64 random(max);
    DedupSet set(20s, max);
    Plain plain(20s, max);
    std::int64_t now = 0;
    for (int i = 0; i < 5000; ++i) {
      now += random() % 8 == 0 ? static_cast<std::int64_t>(random() % 6) : 0;
      const SeenEvent event{some_identity(random), at(now), random() % 4 == 0 ? random() % 3 : 0};
      set.add(event);
      plain.add(event);
      for (int look = 0; look < 4; ++look) {
        const auto one = some_identity(random);
        ASSERT_EQ(set.content(one), plain.content(one)) << "max " << max << ", step " << i;
      }
    }
  }
}

TEST(DedupSet, ForgetsAndGrowsWithoutLosingAny) {
  constexpr std::uint64_t kMax = 50'000;
  DedupSet set(1h, kMax);
  std::mt19937_64 random(1);
  std::vector<Identity> all;
  for (std::uint64_t i = 0; i < 3 * kMax; ++i) {
    all.push_back({random(), random()});
    set.add({all.back(), at(static_cast<std::int64_t>(i / 100)), 0});
  }
  EXPECT_EQ(set.size(), kMax);
  for (std::size_t i = 0; i < all.size(); ++i)
    ASSERT_EQ(set.content(all[i]).has_value(), i >= all.size() - kMax) << i;
  EXPECT_EQ(set.reach(at(1500)), 500s);
  set.expire(at(1499 + 3601));
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.reach(at(6000)), 1h);
}

// Times are counted from a base for 71 minutes, and contents stand apart: neither may be another's.
TEST(DedupSet, KnowsHowOldEachIsOverWeeks) {
  DedupSet set(24h * 20, 1'000'000);
  Plain plain(24h * 20, 1'000'000);
  std::mt19937_64 random(3);
  Time now = at(0);
  for (int i = 0; i < 3000; ++i) {
    const auto step = std::chrono::seconds(random() % 36'000);
    now += random() % 3 == 0 ? Duration(step) : Duration(random() % 3);
    const SeenEvent event{{random() % 2000, 1}, now, random() % 2 ? random() : 0};
    set.add(event);
    plain.add(event);
    const Identity one{random() % 2000, 1};
    ASSERT_EQ(set.content(one), plain.content(one)) << i;
  }
}

TEST(DedupSet, ReachesBackToTheOldestThatTheBoundLeaves) {
  DedupSet set(24h, 2);
  for (const std::uint64_t i : {1, 2, 3}) set.add({{i, i}, at(0) + i * 3h, 0});
  EXPECT_EQ(set.reach(at(0) + 9h + 1us), 3h + 1us);
  set.add({{4, 4}, at(0) + 9h + 5us, 0});
  EXPECT_EQ(set.reach(at(0) + 10h), 1h);
}

TEST(IdentityTable, HoldsMoreThanItWasMadeForAndWhatIsAtHomeInOnePlace) {
  IdentityTable table(10);
  std::map<Identity, std::uint32_t> plain;
  std::mt19937_64 random(5);
  for (std::uint32_t step = 1; step < 20'000; ++step) {
    // The lowest 24 bits are what the table knows: here of a few values, most of them one.
    const Identity one{(random() % 200) << 24 | (random() % 4 ? 0xFFFFFF : random() % 4), 0};
    const auto has = [&](std::uint32_t number) { return plain[one] == number; };
    const auto there = plain.contains(one);
    ASSERT_EQ(table.find(one, has) != nullptr, there) << step;
    ASSERT_EQ(table.remove(one, there ? plain[one] : step), there) << step;
    plain.erase(one);
    if (random() % 3 == 0) continue;
    table.add(one, step);
    plain[one] = step;
  }
}

}  // namespace
}  // namespace alarum::model::dedup_test
