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

}  // namespace
}  // namespace alarum::model::dedup_test
