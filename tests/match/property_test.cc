#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/node.h"
#include "match/matcher.h"
#include "tests/support/naive_matcher.h"
#include "tests/support/slowdown.h"

namespace alarum::match::property_test {
namespace {

// What a world is about: all the operators and awkward values, or arrays in arrays and which
// elements go together.
enum class About { values, arrays };

// Small worlds, so that random patterns meet random events: few names, few values.
class Worlds {
 public:
  Worlds(About about, unsigned seed) : about_(about), random_(seed) {}

  std::string pattern() {
    depth_ = ors_ = 0;
    return object_of([&] { return pattern_member(); }, 1, about_ == About::arrays ? 4 : 3);
  }
  std::string event() {
    depth_ = 0;
    return object_of([&] { return name() + ":" + value(); }, 0, 4);
  }

 private:
  using Words = std::vector<std::string>;

  std::size_t below(std::size_t n) { return random_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  const std::string& pick(const Words& words) { return words[below(words.size())]; }

  template <class Make>
  std::string joined(const Make& make, std::size_t least, std::size_t most) {
    std::string out;
    for (auto n = least + below(most - least + 1); n > 0; --n)
      out += (out.empty() ? "" : ",") + make();
    return out;
  }
  template <class Make>
  std::string object_of(const Make& make, std::size_t least, std::size_t most) {
    return "{" + joined(make, least, most) + "}";
  }
  template <class Make>
  std::string list_of(const Make& make, std::size_t least, std::size_t most) {
    return "[" + joined(make, least, most) + "]";
  }

  std::string name() {
    if (about_ == About::arrays)
      return pick({R"("a")", R"("b")", R"("a")", R"("b")", R"("c")", R"("a.b")"});
    return pick({R"("a")", R"("b")", R"("c")", R"("a.b")", R"("\u0061")", R"("é")"});
  }
  std::string text() {
    return pick({R"("x")",
                 R"("y")",
                 R"("xy")",
                 R"("yx")",
                 R"("")",
                 R"("X")",
                 R"("straße")",
                 R"("STRASSE")",
                 R"("é")",
                 R"("É")",
                 R"("e\u0301")",
                 R"("\u00e9")",
                 R"("a*b")",
                 R"("a\\b")",
                 R"("5")",
                 R"("null")",
                 R"("true")",
                 R"("10.0.0.1")",
                 R"("010.000.000.001")",
                 R"("10.0.1.9")",
                 R"("::1")",
                 R"("0:0:0:0:0:0:0:1")",
                 R"("::ffff:10.0.0.1")",
                 R"("\ud83d\ude00")",
                 R"("😀")",
                 R"("x\ny")"});
  }
  std::string number() {
    return pick({"0",
                 "-0",
                 "0.0",
                 "5",
                 "5.0",
                 "5e0",
                 "50e-1",
                 "-5",
                 "4",
                 "9007199254740993",
                 "9007199254740992",
                 "9007199254740993.0",
                 "1152921504606847000",
                 "1152921504606846976",
                 "0.1",
                 "0.30000000000000004",
                 "0.300000000000000040000001",
                 "1e300",
                 "123456789012345678901234567890",
                 "1.5"});
  }
  std::string number_for_numeric() {
    return pick(
        {"0", "-5", "5", "5.0", "4", "0.1", "1e2", "9007199254740992", "1152921504606847000"});
  }
  std::string scalar() {
    if (about_ == About::arrays) return pick({R"("x")", R"("y")"});
    switch (below(6)) {
      case 0:
        return number();
      case 1:
        return pick({"true", "false", "null"});
      default:
        return text();
    }
  }

  std::string value() {
    if (depth_ >= 5 || below(5) < 2) return scalar();
    ++depth_;
    const auto out = one_in(2) ? object_of([&] { return name() + ":" + value(); }, 0, 3)
                               : list_of([&] { return value(); }, 0, 3);
    --depth_;
    return out;
  }

  std::string pattern_member() {
    if (one_in(8) && depth_ < 3 && ors_ < 5) {  // at most 3^5 combinations
      ++depth_;
      ++ors_;
      const auto branch = [&] { return object_of([&] { return pattern_member(); }, 1, 2); };
      const auto out = R"("$or":)" + list_of(branch, 2, 3);
      --depth_;
      return out;
    }
    if (one_in(3) && depth_ < 3) {
      ++depth_;
      const auto out = name() + ":" + object_of([&] { return pattern_member(); }, 1, 2);
      --depth_;
      return out;
    }
    return name() + ":" +
           list_of([&] { return one_in(2) ? scalar() : "{" + matcher() + "}"; }, 1, 2);
  }

  std::string some_text() {
    return pick({R"("x")", R"("y")", R"("xy")", R"("é")", R"("10")", R"("STRA")", R"("ß")"});
  }
  std::string wildcard() {
    return pick({R"("*")", R"("x*")", R"("*y")", R"("*x*y*")", R"("a\\*b")", R"("a\\\\b")", R"("")",
                 R"("*é*")", R"("x")"});
  }

  std::string matcher() {
    if (about_ == About::arrays)
      return pick(
          {R"("exists":false)", R"("exists":false)", R"("exists":true)", R"("anything-but":"x")"});
    switch (below(9)) {
      case 0:
        return R"("prefix":)" +
               (one_in(3) ? R"({"equals-ignore-case":)" + some_text() + "}" : some_text());
      case 1:
        return R"("suffix":)" +
               (one_in(3) ? R"({"equals-ignore-case":)" + some_text() + "}" : some_text());
      case 2:
        return R"("equals-ignore-case":)" + text_for_case();
      case 3:
        return R"("wildcard":)" + wildcard();
      case 4:
        return R"("anything-but":)" + anything_but();
      case 5:
        return R"("numeric":)" + numeric();
      case 6:
        return R"("exists":)" + pick({"true", "false", "false"});
      case 7:
        return R"("cidr":)" + pick({R"("10.0.0.0/24")", R"("10.0.0.7/31")", R"("10.0.0.1/32")",
                                    R"("0.0.0.0/0")", R"("::/0")", R"("::/127")"});
      default:
        return R"("exactly":)" + text();
    }
  }
  std::string text_for_case() {
    return pick({R"("x")", R"("straße")", R"("É")", R"("\u212a")", R"("yX")", R"("")"});
  }
  std::string numeric() {
    if (one_in(3))
      return pick({R"([">",-5,"<",5])", R"([">=",0,"<=",5.0])", R"([">",4,"<=",1e300])",
                   R"([">=",-5,"<",0])"});
    return "[" + pick({R"("=")", R"("<")", R"("<=")", R"(">")", R"(">=")"}) + "," +
           number_for_numeric() + "]";
  }
  std::string anything_but() {
    switch (below(5)) {
      case 0:
        return text();
      case 1:
        return number_for_numeric();
      case 2:
        return list_of([&] { return text(); }, 1, 3);
      case 3:
        return list_of([&] { return number_for_numeric(); }, 1, 3);
      default: {
        const auto form = below(4);
        const auto operand = [&] {
          return form == 3 ? wildcard() : form == 2 ? text_for_case() : some_text();
        };
        const Words names{R"("prefix")", R"("suffix")", R"("equals-ignore-case")", R"("wildcard")"};
        return "{" + names[form] + ":" + (one_in(2) ? operand() : list_of(operand, 1, 2)) + "}";
      }
    }
  }

  About about_;
  std::mt19937 random_;
  int depth_ = 0, ors_ = 0;
};

rules::Pattern parsed(const std::string& text) {
  Diagnostics faults;
  const auto node = parse_json(text, "pattern", faults);
  auto clause = node ? rules::parse_pattern(*node, faults) : std::nullopt;
  EXPECT_TRUE(clause) << text << '\n' << faults.text();
  return clause ? rules::Pattern{{std::move(*clause)}} : rules::Pattern();
}

class RandomWorlds : public testing::TestWithParam<std::pair<About, unsigned>> {};

// A few patterns alone, and so many together that the index enters through pairs, windows and
// ranges.
void hold_against_twin(Worlds& worlds, int rounds, std::size_t pattern_count, int events) {
  rounds = std::max(3, rounds / support::kSlowdown);
  int judged = 0, matched = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> texts(pattern_count);
    std::vector<rules::Pattern> patterns;
    for (auto& text : texts) patterns.push_back(parsed(text = worlds.pattern()));
    const Matcher together(patterns);
    for (int i = 0; i < events; ++i) {
      const auto event = worlds.event();
      std::vector<std::uint32_t> found;
      ASSERT_TRUE(together.match_json(event, found)) << event;
      ASSERT_TRUE(std::is_sorted(found.begin(), found.end()));
      for (std::uint32_t p = 0; p < texts.size(); ++p) {
        const auto wanted = support::naive_match(texts[p], event);
        ASSERT_TRUE(wanted) << texts[p] << '\n' << event;
        const bool got = std::binary_search(found.begin(), found.end(), p);
        ASSERT_EQ(got, *wanted) << "pattern " << texts[p] << "\nevent " << event;
        ++judged;
        matched += got;
      }
    }
  }
  EXPECT_GT(matched, judged / 50) << "too few matches to say anything";
}

TEST_P(RandomWorlds, AreMatchedAsTheNaiveTwinDoes) {
  Worlds worlds(GetParam().first, GetParam().second);
  hold_against_twin(worlds, 700, 8, 8);
}

TEST_P(RandomWorlds, OfManyPatternsAreMatchedAsTheNaiveTwinDoes) {
  Worlds worlds(GetParam().first, GetParam().second + 100);
  hold_against_twin(worlds, 15, 300, 15);
}

// A matcher that Worlds::matcher() does not make is never held against the twin.
TEST(Worlds, HaveEveryMatcher) {
  Worlds worlds(About::values, 1);
  std::string all;
  for (int i = 0; i < 3'000; ++i) all += worlds.pattern();
  for (const auto& name : rules::matcher_names())
    EXPECT_NE(all.find("{\"" + name + "\":"), all.npos) << name << ": add it to Worlds::matcher()";
}

// ALARUM_SEED: other worlds than the usual ones.
unsigned seed(unsigned number) {
  const auto* base = std::getenv("ALARUM_SEED");
  return number + (base ? static_cast<unsigned>(std::atoi(base)) : 0);
}

INSTANTIATE_TEST_SUITE_P(Values, RandomWorlds,
                         testing::Values(std::pair(About::values, seed(1)),
                                         std::pair(About::values, seed(2)),
                                         std::pair(About::values, seed(3))));
INSTANTIATE_TEST_SUITE_P(Arrays, RandomWorlds,
                         testing::Values(std::pair(About::arrays, seed(4)),
                                         std::pair(About::arrays, seed(5)),
                                         std::pair(About::arrays, seed(6))));

}  // namespace
}  // namespace alarum::match::property_test
