#include "tools/coverage.h"

#include <gtest/gtest.h>

#include "tests/tools/text_rules.h"

namespace alarum::tools::coverage_test {
namespace {

constexpr auto kRules =
    "rules:\n"
    "  - alert: A\n"
    "    match: {source: S, type: [a, b]}\n"
    "    until: {type: [c, d]}\n"
    "  - {alert: B, match: {type: [x], data.n: [{exists: false}, 5]}, resolve_after: 1h}\n";

model::Event event(std::string_view type, std::string_view data = "{}",
                   model::Status status = model::Status::none) {
  model::EventFields fields;
  fields.id = "1";
  fields.source = "S";
  fields.type = type;
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  fields.status = status;
  return model::Event(fields);
}

std::string gaps_after(const std::vector<model::Event>& events) {
  const auto rules = rules_of(kRules);
  Coverage coverage;
  coverage.expect(rules->rules());
  for (const auto& one : events) coverage.take(rules->rules(), one);
  std::string text;
  for (const auto& gap : coverage.report().gaps)
    text += std::to_string(gap.place.line) + " " + gap.rule + ": " + gap.what + "\n";
  return text;
}

TEST(Coverage, NamesRulesAndAlternativesThatNoEventReaches) {
  EXPECT_EQ(gaps_after({}), "2 A: match\n2 A: until\n5 B: match\n");
  EXPECT_EQ(gaps_after({event("a"), event("d")}),
            "3 A: match type \"b\"\n4 A: until type \"c\"\n5 B: match\n");
  EXPECT_EQ(gaps_after({event("a"), event("b"), event("c"), event("d"), event("x")}),
            "5 B: match data.n 5\n");
  EXPECT_EQ(gaps_after({event("a"), event("b"), event("c"), event("d"), event("x"),
                        event("x", R"({"n":5})")}),
            "");
}

TEST(Coverage, CountsNoEventThatFitsOnlyInPartOrIsOver) {
  EXPECT_EQ(gaps_after({event("x", R"({"n":6})"), event("a", "{}", model::Status::resolved)}),
            "2 A: match\n2 A: until\n5 B: match\n");
}

TEST(Coverage, OfARuleWithUnmatchedTakesWhatNoOtherRuleKnows) {
  const auto rules = rules_of(
      "rules: [{alert: U, unmatched: true, match: {source: S}, resolve_after: 1h}, {alert: A, "
      "match: a, resolve_after: 1h}]");
  const auto reached = [&](std::string_view type) {
    Coverage coverage;
    coverage.expect(rules->rules());
    coverage.take(rules->rules(), event(type));
    return coverage.report().rules_reached;
  };
  EXPECT_EQ(reached("a"), 1U);
  EXPECT_EQ(reached("x"), 1U);
  EXPECT_EQ(reached("b"), 1U);
}

TEST(Coverage, SumsUp) {
  const auto rules = rules_of(kRules);
  Coverage coverage;
  coverage.expect(rules->rules());
  coverage.expect(rules->rules());
  coverage.take(rules->rules(), event("a"));
  const auto report = coverage.report();
  EXPECT_EQ(report.rules, 2U);
  EXPECT_EQ(report.rules_reached, 1U);
  EXPECT_EQ(report.clauses, 9U);  // S, a, b; until, c, d; x, exists, 5
  EXPECT_EQ(report.clauses_reached, 2U);
}

}  // namespace
}  // namespace alarum::tools::coverage_test
