#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/node.h"
#include "match/field_values.h"
#include "match/matcher.h"
#include "match/path_trie.h"
#include "match/plan.h"
#include "match/ranges.h"
#include "match/windows.h"

namespace alarum::match::index_test {
namespace {

rules::Pattern parsed(const std::string& text) {
  Diagnostics faults;
  const auto node = parse_json(text, "pattern", faults);
  auto clause = node ? rules::parse_pattern(*node, faults) : std::nullopt;
  EXPECT_TRUE(clause) << text << '\n' << faults.text();
  return clause ? rules::Pattern{{std::move(*clause)}} : rules::Pattern();
}

std::vector<std::uint32_t> matched(const std::vector<std::string>& patterns,
                                   const std::string& event) {
  std::vector<rules::Pattern> all;
  for (const auto& pattern : patterns) all.push_back(parsed(pattern));
  std::vector<std::uint32_t> found;
  EXPECT_TRUE(Matcher(all).match_json(event, found)) << event;
  return found;
}

using Numbers = std::vector<std::uint32_t>;

TEST(PathTrie, LeadsToAPathHoweverItsNamesAreSplit) {
  PathTrie paths;
  const auto slot = paths.add("a.b.c");
  const auto step = [&](PathTrie::Node node, const char* name) {
    return node == 0 ? 0 : paths.child(node, name);
  };
  EXPECT_EQ(paths.slot(step(step(step(PathTrie::kRoot, "a"), "b"), "c")), slot);
  EXPECT_EQ(paths.slot(step(step(PathTrie::kRoot, "a.b"), "c")), slot);
  EXPECT_EQ(paths.slot(step(PathTrie::kRoot, "a.b.c")), slot);
  EXPECT_EQ(step(PathTrie::kRoot, "b"), 0U);
  EXPECT_EQ(step(PathTrie::kRoot, "a.c"), 0U);
  EXPECT_EQ(paths.find("a.b"), PathTrie::kNoSlot);
}

TEST(PathTrie, TakesLongPathsApart) {
  PathTrie paths;
  const auto slot = paths.add("a.b.c.d.e.f.g.h.i.j");
  EXPECT_EQ(paths.slot(paths.child(paths.child(PathTrie::kRoot, "a.b.c"), "d.e.f.g.h.i.j")), slot);
}

// Whatever other paths there are: `.a` has an edge with the empty name at the root, and a name of
// the same filter bit takes the look-up past the filter.
TEST(PathTrie, AnEmptyNameAtTheRootAddsNothing) {
  PathTrie paths;
  const auto a = paths.add("a"), dotted = paths.add(".a");
  const auto below = paths.child(PathTrie::kRoot, "");
  EXPECT_EQ(paths.slot(paths.child(below, "a")), a);
  EXPECT_EQ(paths.slot(paths.child(below, ".a")), dotted);
  EXPECT_EQ(paths.slot(paths.child(PathTrie::kRoot, ".a")), dotted);

  PathTrie others;
  others.add("a");
  for (char c = '0'; c <= 'z'; ++c) others.add(std::string(1, c));
  EXPECT_EQ(others.child(PathTrie::kRoot, ""), PathTrie::kRoot);
}

TEST(Ranges, HoldTheirEndsAsTheySay) {
  using Bound = rules::Predicate::Bound;
  const Ranges ranges({{Bound{1, true}, Bound{5, false}, 1},
                       {Bound{5, true}, Bound{5, true}, 2},
                       {std::nullopt, Bound{1, false}, 3},
                       {Bound{3, false}, std::nullopt, 4}});
  const auto at = [&](double value) {
    std::vector<Atom> found;
    ranges.matched(value, found);
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_EQ(at(0.5), (Numbers{3}));
  EXPECT_EQ(at(1), (Numbers{1}));
  EXPECT_EQ(at(3), (Numbers{1}));
  EXPECT_EQ(at(4), (Numbers{1, 4}));
  EXPECT_EQ(at(5), (Numbers{2, 4}));
  EXPECT_EQ(at(1e300), (Numbers{4}));
}

TEST(Windows, FindWildcardsByWhatTheyMustContain) {
  const Windows windows({{Wildcard("*code=0x1a2b*"), 1},
                         {Wildcard("*code=0x1a2c*"), 2},
                         {Wildcard("bms-*-r007"), 3}});
  std::vector<Atom> found;
  windows.matched("fault code=0x1a2b here, code=0x1a2b there", found);
  EXPECT_EQ(found, (Numbers{1}));
  found.clear();
  windows.matched("bms-az1-r007", found);
  windows.matched("bms-az1-r0071", found);
  windows.matched("0x1a", found);
  EXPECT_EQ(found, (Numbers{3}));
}

TEST(Plan, GivesASecondFieldWhereManyShareThePathOfTheFirst) {
  const FieldFacts type{0, 0.01, 0.01, false, true, 1}, project{1, 0.02, 0.02, false, true, 1},
      any{2, 0.9, 0.9, false, false, 1};
  const std::vector<FieldFacts> one{any, project, type};
  EXPECT_EQ(plan({one}, 3).ways[0].first, 2U);
  EXPECT_EQ(plan({one}, 3).ways[0].second, -1);
  const auto many = plan(std::vector<std::vector<FieldFacts>>(200, one), 3);
  EXPECT_EQ(many.ways[0].first, 2U);
  EXPECT_EQ(many.ways[0].second, 1);
}

TEST(Plan, SearchesOnlyWhereItSavesMoreThanItCosts) {
  const FieldFacts type{0, 0.1, 0.1, false, true, 1}, wildcard{1, 0.9, 0.001, true, false, 1};
  EXPECT_FALSE(plan(std::vector<std::vector<FieldFacts>>(10, {type, wildcard}), 2).search_slots[1]);
  EXPECT_TRUE(
      plan(std::vector<std::vector<FieldFacts>>(1000, {type, wildcard}), 2).search_slots[1]);
}

TEST(Matcher, EntersThroughAbsenceAlsoWhereAnotherElementHasTheField) {
  const std::string pattern = R"({"a":{"x":[1],"y":[{"exists":false}]}})";
  EXPECT_EQ(matched({pattern}, R"({"a":[{"x":1},{"y":2}]})"), (Numbers{0}));
  EXPECT_EQ(matched({pattern}, R"({"a":[{"x":1,"y":2}]})"), Numbers());
}

TEST(FieldValues, ForgetTheMembersOfPathsWhoseMemoryOthersTook) {
  PathTrie paths;
  FieldValues leaves;
  for (const std::string name : {"a", "b", "a"}) {
    paths = PathTrie();
    const auto slot = paths.add(name);
    leaves.begin(paths);
    ASSERT_TRUE(leaves.read(R"({"a":"a","b":"b"})", PathTrie::kRoot, true));
    ASSERT_NE(leaves.find(slot), nullptr) << name;
    EXPECT_EQ(leaves.entry(leaves.find(slot)->first).leaf.text, name);
  }
}

TEST(Matcher, TellsTheReasonOfAnEventThatIsNone) {
  std::vector<std::uint32_t> found;
  const Matcher none({});
  EXPECT_EQ(none.match_json("[1]", found).error().reason, "not_an_object");
  EXPECT_EQ(none.match_json("{\"a\":01}", found).error().reason, "bad_json");
  EXPECT_TRUE(none.match_json(R"({"n":123456789012345678901234567890})", found));
}

// Not a timing: the work of a quadratic matcher would take hours here.
TEST(Matcher, StaysLinearInHugeArraysUnderManyRules) {
  std::string as, bs;
  std::vector<std::string> patterns;
  for (int i = 0; i < 50'000; ++i) {
    as += (i ? "," : "") + std::string("\"a") + std::to_string(i) + '"';
    bs += (i ? "," : "") + std::string("\"b") + std::to_string(i) + '"';
  }
  for (int i = 0; i < 2000; ++i) {
    const auto n = std::to_string(i);
    patterns.push_back(R"({"x":["a)" + n + R"("],"y":["b)" + n + R"("]})");
    patterns.push_back(R"({"x":["a)" + n + R"("],"y":["none"]})");
  }
  EXPECT_EQ(matched(patterns, R"({"x":[)" + as + R"(],"y":[)" + bs + "]}").size(), 2000U);
}

TEST(Matcher, StaysLinearWhereEveryEndOfALongTextIsAskedFor) {
  const std::string text(100'000, 'a');
  std::vector<std::string> patterns;
  for (std::size_t size = 1; size < 2000; ++size)
    patterns.push_back(R"({"x":[{"prefix":")" + text.substr(0, size) + R"("},{"suffix":")" +
                       text.substr(0, size) + R"("}]})");
  patterns.push_back(R"({"x":[{"wildcard":"*aaaaaaaa*b*"}]})");
  EXPECT_EQ(matched(patterns, R"({"x":")" + text + "\"}").size(), 1999U);
}

}  // namespace
}  // namespace alarum::match::index_test
