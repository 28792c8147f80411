#include "tools/plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::plan_test {
namespace {

using Generation = std::shared_ptr<const match::Generation>;

model::Record fault(model::Offset offset, std::string_view type, std::string_view subject) {
  model::EventFields fields;
  fields.id = "1";
  fields.source = "S";
  fields.type = type;
  fields.subject = subject;
  fields.time = engine::kTestStart;
  return {offset, engine::kTestStart, 0, model::Event(fields), std::nullopt};
}

// An engine with two alerts of A and one of B firing.
engine::Effects effects_of(const Generation& rules, const Generation& next) {
  engine::Engine engine([&](const std::string&) -> Result<Generation> { return rules; });
  EXPECT_TRUE(
      engine.step({0, engine::kTestStart, 0, model::Reload{rules->rules().hash}, std::nullopt}));
  EXPECT_TRUE(engine.step(fault(1, "a", "s1")));
  EXPECT_TRUE(engine.step(fault(2, "a", "s2")));
  EXPECT_TRUE(engine.step(fault(3, "b", "s1")));
  return engine::Preview(next->rules()).of(engine);
}

constexpr auto kOld =
    "tables: {t: {file: t.csv, key: k}}\n"
    "defaults: {severity: minor}\n"
    "rules:\n"
    "  - {alert: A, match: a, resolve_after: 1h}\n"
    "  - {alert: B, match: b, resolve_after: 1h}\n"
    "  - {alert: C, match: c, resolve_after: 1h}\n";

Generation with_table(const std::string& text, const std::string& table) {
  Diagnostics faults;
  auto set = rules::compile({{{"r.yaml", text}}, {{"t.csv", table}}}, faults);
  if (!set) throw std::runtime_error(faults.text());
  return std::make_shared<const match::Generation>(std::move(*set));
}

Plan plan_for(const std::string& text) {
  const auto now = with_table(kOld, "k,v\n1,2\n"), next = with_table(text, "k,v\n1,2\n");
  return plan_reload(&now->rules(), next->rules(), effects_of(now, next));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST(Plan, SaysThatNothingChanges) {
  const auto plan = plan_for(kOld);
  EXPECT_EQ(plan_text(plan), "3 unchanged: no alert ends\n");
}

TEST(Plan, TellsAChangedThresholdFromAChangedKey) {
  const auto changed =
      plan_for(replaced(kOld, "match: a, resolve_after: 1h", "match: a, resolve_after: 2h"));
  EXPECT_EQ(plan_text(changed),
            "changed      A: state kept, 2 firing\n               resolve_after: \"1h\" → "
            "\"2h\"\n2 unchanged, 1 changed: no alert ends\n");
  const auto key = plan_for(replaced(kOld, "match: a,", "match: a, by: source,"));
  EXPECT_EQ(plan_text(key),
            "key_changed  A: 2 of 2 firing will resolve (rule_changed)\n               by added: "
            "\"source\"\n"
            "2 unchanged, 1 key_changed: 2 firing alerts resolve (rule_changed)\n");
}

TEST(Plan, NamesWhatComesAndGoes) {
  const auto plan = plan_for(replaced(kOld, "alert: B", "alert: B2"));
  EXPECT_EQ(plan_text(plan),
            "removed      B: 1 of 1 firing will resolve (rule_changed)\nadded        B2: new\n"
            "2 unchanged, 1 added, 1 removed: 1 firing alert resolves (rule_changed)\n");
}

TEST(Plan, LooksThroughDefaultsOverridesAndTables) {
  EXPECT_EQ(
      plan_for(replaced(kOld, "severity: minor", "severity: major")).count(RulePlan::Kind::changed),
      3U);
  EXPECT_EQ(plan_for(std::string(kOld) + "override: {C: {severity: major}}\n")
                .count(RulePlan::Kind::changed),
            1U);
  EXPECT_EQ(plan_for(std::string(kOld) + "override: {C: {enabled: false}}\n")
                .count(RulePlan::Kind::removed),
            1U);
  const auto enriched = replaced(kOld, "rules:\n",
                                 "enrich: [{table: t, key: subject, add: [v]}]\nrules:\n  - "
                                 "{alert: D, match: {v: x}, resolve_after: 1h}\n");
  const auto before = with_table(enriched, "k,v\n1,2\n"),
             after = with_table(enriched, "k,v\n1,3\n");
  const auto plan = plan_reload(&before->rules(), after->rules(), engine::Effects());
  EXPECT_EQ(plan_text(plan),
            "changed      D: state kept, 0 firing\n               table t changed\n3 unchanged, 1 "
            "changed: no alert ends\n");
}

TEST(Plan, SaysWhenNobodyCouldCount) {
  const auto now = with_table(kOld, "k,v\n1,2\n"),
             next = with_table(replaced(kOld, "match: a,", "match: a, by: source,"), "k,v\n1,2\n");
  const auto plan = plan_reload(&now->rules(), next->rules(), std::nullopt);
  EXPECT_EQ(plan_text(plan),
            "key_changed  A: state not known\n               by added: \"source\"\n"
            "2 unchanged, 1 key_changed: the engine is busy, what fires was not counted\n");
  EXPECT_FALSE(nlohmann::json::parse(plan_json(plan)).contains("ends"));
}

TEST(Plan, IsBoundedWhereItIsTold) {
  std::string many = "rules:\n";
  for (char c = 'D'; c <= 'Z'; ++c)
    many += std::string("  - {alert: ") + c + ", match: a, resolve_after: 1h}\n";
  const auto now = with_table(kOld, "k,v\n"), next = with_table(many, "k,v\n");
  const auto plan = plan_reload(&now->rules(), next->rules(), effects_of(now, next));
  EXPECT_EQ(plan_names(plan, 5), "removed A (2 end), B (1 end), C; added D, E and 21 more");
  EXPECT_EQ(plan_names(plan, 100).find("more"), std::string::npos);
  EXPECT_TRUE(plan_text(plan, 1).starts_with(
      "removed      A: 2 of 2 firing will resolve (rule_changed)\nand 25 more\n"))
      << plan_text(plan, 1);
  EXPECT_EQ(nlohmann::json::parse(plan_json(plan, 1))["omitted"], 25);
}

rules::RuleSet of_files(const std::string& first, const std::string& second) {
  Diagnostics faults;
  auto set = rules::compile({{{"1.yaml", first}, {"2.yaml", second}}, {}}, faults);
  if (!set) throw std::runtime_error(faults.text());
  return std::move(*set);
}

TEST(Plan, LooksIntoFilesThatAreTheSameOnlyWhereOthersReachIntoThem) {
  const std::string a = "rules: [{alert: A, match: a, resolve_after: 1h}]",
                    b = "rules: [{alert: B, match: b, resolve_after: 1h}]";
  const auto now = of_files(a, b);
  const auto plain = plan_reload(&now, of_files(a, replaced(b, "1h", "2h")), engine::Effects());
  EXPECT_EQ(plan_text(plain),
            "changed      B: state kept, 0 firing\n               resolve_after: \"1h\" → "
            "\"2h\"\n1 unchanged, 1 changed: no alert ends\n");
  EXPECT_EQ(plain.rules[0].place.line, 1);
  const auto reaching =
      plan_reload(&now, of_files(a, b + "\noverride: {A: {resolve_after: 3h}}"), engine::Effects());
  EXPECT_EQ(reaching.news().size(), 1U);
  EXPECT_EQ(
      plan_reload(&now, of_files(a, b + "\noverride: {A: {enabled: false}}"), engine::Effects())
          .summary(),
      "1 unchanged, 1 removed: no alert ends");
}

TEST(Plan, LooksThroughSharedTexts) {
  const auto rules = [](const std::string& texts) {
    return "texts: {" + texts + "}\n" +
           replaced(kOld, "match: a,", "match: a, summary: '{{> x}}',");
  };
  const auto planned = [&](const std::string& before, const std::string& after) {
    const auto now = with_table(rules(before), "k,v\n1,2\n"),
               next = with_table(rules(after), "k,v\n1,2\n");
    return plan_text(plan_reload(&now->rules(), next->rules(), effects_of(now, next)));
  };
  EXPECT_EQ(
      planned("x: '{{>y}} is hot', y: disk", "x: '{{>y}} is hot', y: card"),
      "changed      A: state kept, 2 firing\n               text x: disk is hot → card is hot\n"
      "2 unchanged, 1 changed: no alert ends\n");
  EXPECT_EQ(planned("x: a", "x: a, z: b"), "3 unchanged: no alert ends\n");
}

TEST(Plan, OfTheFirstRulesIsAllNew) {
  const auto next = of_files("rules: []", "rules: [{alert: B, match: b, resolve_after: 1h}]");
  EXPECT_EQ(plan_text(plan_reload(nullptr, next, engine::Effects())),
            "added        B: new\n1 added: no alert ends\n");
}

TEST(Plan, OfALongValueThePartThatDiffersIsShown) {
  const std::string before(60, 'a'), after(60, 'a');
  const auto text = "rules:\n  - {alert: A, match: a, resolve_after: 1h, description: \"" + before +
                    " old " + after + "\"}\n";
  const auto now = with_table(text, ""), next = with_table(replaced(text, "old", "new"), "");
  const auto plan = plan_reload(&now->rules(), next->rules(), effects_of(now, next));
  const auto said = plan_text(plan, 10);
  EXPECT_NE(said.find("description: …aaaaaaaaaaa old aaaaaaaaaaa… → …aaaaaaaaaaa new "
                      "aaaaaaaaaaa…\n"),
            std::string::npos)
      << said;
}

}  // namespace
}  // namespace alarum::tools::plan_test
