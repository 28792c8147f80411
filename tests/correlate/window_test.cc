#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "correlate/count.h"
#include "correlate/distinct.h"
#include "tests/correlate/naive_window.h"
#include "tests/support/slowdown.h"

namespace alarum::correlate {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kBegin{std::chrono::hours(500'000)};

rules::Rule rule_of(std::uint32_t threshold, Duration within, Duration apart = {}) {
  rules::Rule rule;
  rule.apart = apart;
  rule.threshold = threshold;
  rule.within = within;
  return rule;
}

std::string shown(const std::optional<Time>& time) {
  return time ? std::to_string((*time - kBegin).count() / 1000) : "-";
}
std::string shown(const Outcome& outcome) {
  auto text = std::string(outcome.counted ? "counted" : "") + (outcome.ended ? " ended" : "") +
              " drained " + shown(outcome.drained) + " since " + shown(outcome.firing_since);
  for (const auto& one : outcome.over) text += " over " + shown(one.start) + '-' + shown(one.end);
  return text;
}
// Those that still matter: when the others are forgotten is each one's own affair.
std::string shown(const std::vector<Window::Entry>& entries, Time bound) {
  std::string text;
  for (const auto& entry : entries) {
    if (entry.when > bound) text += shown(entry.when) + '/' + std::to_string(entry.id) + ' ';
  }
  return text;
}

template <class Real>
Real reloaded(const Real& window) {
  ByteWriter out;
  window.save(out);
  const auto bytes = out.take();
  ByteReader in(bytes);
  Real fresh;
  fresh.load(in);
  EXPECT_TRUE(in.good() && in.at_end());
  return fresh;
}

// A key's life: bursts of a few values or many, repeats, equal times, matches late by up to
// `lateness`, recoveries in and out of order, alerts ended by hand, restarts.
template <class Real>
class Life {
 public:
  Life(std::uint64_t seed, bool distinct, bool apart)
      : dice_(seed),
        rule_(rule_of(2 + roll(8), milliseconds(500 + roll(200) * roll(200)))),
        apart_(apart) {
    rule_.apart = some_apart();
    naive_ = NaiveWindow(rule_, distinct);
    values_ = rule_.threshold + roll(12);
    gap_ = rule_.within / static_cast<int>(2 + roll(40));
  }

  void live(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
  }
  std::size_t fired = 0, most = 0;

 private:
  std::uint32_t roll(std::uint32_t sides) { return static_cast<std::uint32_t>(dice_() % sides); }

  void step() {
    const auto what = roll(200);
    now_ += what == 0   ? rule_.within * 3
            : what < 20 ? gap_ * static_cast<int>(roll(12))
                        : gap_ * static_cast<int>(roll(2)) / 2;
    if (what == 1) real_ = reloaded(real_);
    if (what == 2) real_.forget(), naive_.forget();
    if (what == 3 && roll(4) == 0 && (!apart_ || now_ > full_until_)) retune();
    if (what == 3) values_ = 1 + roll(3 * rule_.threshold);
    real_.drain(now_), naive_.drain(now_);
    if (real_.size() > (std::is_same_v<Real, Count> ? 2 * rule_.threshold + 64
                                                    : Distinct::plenty(rule_.threshold)))
      full_until_ = now_ + 2 * (rule_.within + kLateness);
    what<5 && now_> full_until_ ? recover() : take();
    ASSERT_EQ(shown(real_.due()), shown(naive_.due()));
    ASSERT_EQ(shown(real_.idle(WindowTerms::of(rule_))), shown(naive_.idle()));
    most = std::max(most, real_.size());
    ASSERT_LE(real_.size(), Distinct::most(rule_.threshold));
    const auto& all = naive_.entries();
    const auto bound =
        std::min(now_, all.empty() ? now_ : all.back().when) - rule_.within - kLateness;
    if (now_ < full_until_ || real_.size() > Distinct::plenty(rule_.threshold)) return;
    ASSERT_EQ(shown(real_.entries(), bound), shown(all, bound));
  }
  // Some that fit, some that are a little too wide.
  Duration some_apart() {
    return apart_ ? std::max<Duration>(milliseconds(1), rule_.within /
                                                            static_cast<int>(rule_.threshold) *
                                                            static_cast<int>(1 + roll(9)) / 8)
                  : Duration{};
  }
  void retune() {
    rule_ =
        rule_of(1 + roll(2 * rule_.threshold), rule_.within * static_cast<int>(1 + roll(8)) / 4);
    rule_.apart = some_apart();
    real_.retune(WindowTerms::of(rule_), now_), naive_.retune(rule_, now_);
  }
  void take() {
    const auto late =
        roll(3) != 0
            ? Duration{}
            : std::min<Duration>(gap_ * static_cast<int>(roll(roll(2) ? 6 : 60)), minutes(2));
    // Of a storm Count does not remember what it has seen: there no event comes twice.
    const Match match{now_ - late, now_, roll(2),
                      std::is_same_v<Real, Count> ? dice_() : roll(values_)};
    const auto real = real_.take(rule_, match), naive = naive_.take(match);
    ASSERT_EQ(shown(real), shown(naive)) << "at " << shown(match.when) << " value " << match.id;
    fired += real.over.size() + (real.firing_since == match.when);
  }
  void recover() {
    const Match recovery{now_ - gap_ * static_cast<int>(roll(8)), now_, roll(2), 0};
    ASSERT_EQ(shown(real_.end(rule_, recovery)), shown(naive_.end(recovery)));
  }

  std::mt19937_64 dice_;
  rules::Rule rule_;
  std::uint32_t values_;
  Duration gap_{};
  Time now_ = kBegin;
  // Matches are missing that change nothing; but a recovery in between them, and another `apart`,
  // is not exact
  Time full_until_;
  Real real_;
  bool apart_;
  NaiveWindow naive_{rule_, false};
};

template <class Real>
void hold_against_naive(bool distinct, bool apart = false) {
  std::size_t fired = 0, most = 0;
  const int seeds = 400 / support::kSlowdown;
  for (int seed = 0; seed < seeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life<Real> life(static_cast<std::uint64_t>(seed), distinct, apart);
    life.live(400);
    fired += life.fired, most = std::max(most, life.most);
  }
  EXPECT_TRUE(testing::Test::HasFailure() ||
              (fired > static_cast<std::size_t>(seeds) && most > 3 * Distinct::kFew))
      << fired << ' ' << most;
}

TEST(Window, DistinctDoesAsItsDefinition) {
  hold_against_naive<Distinct>(true);
}
// Nodes visited by a match of the last tenth, on average, of one key whose values are all
// different; every third match is late.
double visits_a_match(std::uint32_t threshold, std::uint32_t matches) {
  Distinct window;
  const auto rule = rule_of(threshold, minutes(10));
  std::uint64_t before = 0;
  for (std::uint32_t i = 0; i < matches; ++i) {
    if (i == matches / 10 * 9) before = window.visits();
    const auto now = kBegin + milliseconds(i);
    const auto late = milliseconds(i % 3 == 0 ? i * 7 % std::min(i + 1, 60'000U) : 0);
    window.take(rule, {now - late, now, 1, i * 0x9E3779B97F4A7C15U});
  }
  EXPECT_LE(window.size(), Distinct::most(threshold));
  return static_cast<double>(window.visits() - before) / (matches / 10);
}

TEST(Window, ADistinctMatchCostsTheLogarithmOfTheThreshold) {
  for (const auto threshold : {1'000U, 100'000U}) {
    const auto matches =
        static_cast<std::uint32_t>(Distinct::most(threshold)) * 5 / 4 / support::kSlowdown;
    EXPECT_LE(visits_a_match(threshold, matches), 12 * std::bit_width(matches)) << threshold;
  }
}

TEST(Window, AValueThatRepeatsDoesNotGrow) {
  Distinct window;
  const auto rule = rule_of(3, minutes(10));
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    const auto now = kBegin + milliseconds(i);
    EXPECT_FALSE(window.take(rule, {now - milliseconds(i * 7 % 100), now, 1, i % 2}).firing_since);
  }
  EXPECT_LE(window.size(), Distinct::plenty(3) + 8);
  const auto last = kBegin + minutes(10);
  EXPECT_EQ(window.take(rule, {last, last, 1, 2}).firing_since, last);
}

TEST(Window, CountDoesAsItsDefinition) {
  hold_against_naive<Count>(false);
}
TEST(Window, CountOfMatchesThatLieApartDoesAsItsDefinition) {
  hold_against_naive<Count>(false, true);
}

// The order of arrival changes nothing: neither what fires, nor since when, nor until when.
TEST(Window, CountOfMatchesThatLieApartIsTheSameInWhateverOrderTheyCome) {
  std::mt19937_64 dice(7);
  std::size_t fired = 0;
  for (int round = 0; round < 2'000 / support::kSlowdown; ++round) {
    const auto rule =
        rule_of(2 + static_cast<std::uint32_t>(dice() % 4), seconds(100), seconds(5 + dice() % 25));
    std::vector<Match> matches;
    for (std::uint64_t id = 0; id < 3 + dice() % 30; ++id)
      matches.push_back({kBegin + seconds(dice() % 119), kBegin + seconds(119), 1, id});
    std::optional<std::string> wanted;
    for (int order = 0; order < 3; ++order) {
      Count window;
      for (const auto& match : matches) window.take(rule, match);
      ByteWriter out;
      window.save(out);
      const auto got = out.take();
      // The sender's and the newest engine time are all the same: equal bytes are equal matches and
      // stretches.
      if (!wanted) wanted = got;
      ASSERT_EQ(got, *wanted) << "round " << round << " order " << order;
      fired += window.due().has_value();
      std::ranges::shuffle(matches, dice);
    }
  }
  EXPECT_GT(fired, 300U / support::kSlowdown);
}

TEST(Window, AStormOfMatchesThatLieTooCloseToEachOtherDoesNotGrow) {
  Count window;
  const auto rule = rule_of(3, minutes(10), minutes(1));
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const auto now = kBegin + milliseconds(i);  // 50 s: one counts
    ASSERT_FALSE(window.take(rule, {now - milliseconds(i * 7 % 100), now, 1, i}).firing_since);
  }
  EXPECT_LE(window.size(), 2U * 16 * 3 + 256 + 2 * 16);
  const auto second = kBegin + seconds(70), third = kBegin + seconds(131);
  EXPECT_FALSE(window.take(rule, {second, second, 1, 90'000}).firing_since);
  EXPECT_EQ(window.take(rule, {third, third, 1, 90'001}).firing_since, third);
}

}  // namespace
}  // namespace alarum::correlate
