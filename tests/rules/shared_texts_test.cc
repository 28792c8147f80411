#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

constexpr const char* kWhere = R"y(
texts:
  where: "{{subject}}{{#data.slot}}, slot {{data.slot}}{{/data.slot}}"
  disk: "disk of {{> where}}"
rules:
  - {alert: A, match: a, resolve_after: 1h, summary: "{{> disk}}: failed"}
)y";

std::string summary(const RuleSet& set, std::size_t rule) {
  return set.rules[rule].summary->text();
}

TEST(SharedTexts, StandInTemplatesAsIfTheyWereWrittenThere) {
  const auto set = loaded(kWhere);
  EXPECT_EQ(summary(set, 0),
            "disk of {{subject}}{{#data.slot}}, slot {{data.slot}}{{/data.slot}}: failed");
  EXPECT_EQ(set.rules[0].names, (std::map<std::string, std::string>{{"data.slot", "data.slot"}}));
}

TEST(SharedTexts, AreFoundInOtherFilesAndFirstInTheOwn) {
  Diagnostics out;
  const auto set = TextRules{
      {{"a.yaml", kWhere},
       {"b.yaml",
        "texts: {disk: the disk}\n"
        "rules: [{alert: B, match: b, resolve_after: 1h, summary: '{{>disk}} {{>where}}'}]\n"
        "override: {A: {summary: '{{>disk}}'}}"}},
      {}}.compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(summary(*set, 0), "the disk");
  EXPECT_EQ(summary(*set, 1),
            "the disk {{subject}}{{#data.slot}}, slot {{data.slot}}{{/data.slot}}");
}

TEST(SharedTexts, AFileBetweenTwoThatHaveOneMustHaveItsOwn) {
  const TextRules rules{
      {{"a.yaml", "texts: {x: one}\nrules: []"},
       {"b.yaml", "texts: {x: two}\nrules: []"},
       {"c.yaml", "rules: [{alert: C, match: c, resolve_after: 1h, summary: '{{>x}}'}]"}},
      {}};
  EXPECT_EQ(rules.said(),
            "c.yaml:1:58: error: \"summary\": a.yaml and b.yaml both have a text \"x\": a third "
            "file must have its own (at byte 1)\n");
}

TEST(SharedTexts, EveryFaultHasItsPlace) {
  EXPECT_EQ(
      said(R"y(
texts:
  a b: x
  open: "{{#subject}}"
  list: [x]
  ring: "{{>round}}"
  round: "{{>ring}}"
  wher: "{{subject}}"
rules:
  - {alert: A, match: a, resolve_after: 1h, summary: "{{> where}}"}
  - {alert: B, match: b, resolve_after: 1h, labels: {x: "{{> wher}}", y: "{{> type}}"}}
)y"),
      "r.yaml:3:3: error: \"a b\" cannot be the name of a text: use letters, digits and _, "
      "as in \"a_b\"\n"
      "r.yaml:4:9: error: text \"open\": section \"subject\" is not closed: "
      "\"{{/subject}}\" is missing\n"
      "r.yaml:5:9: error: \"list\" must be a string, not a list\n"
      "r.yaml:6:9: error: text \"ring\": this text would stand in itself (at byte 1) (at byte "
      "1)\n"
      "r.yaml:7:10: error: text \"round\": this text would stand in itself (at byte 1)\n"
      "r.yaml:10:54: error: \"summary\": there is no text \"where\" under \"texts\" (did you "
      "mean \"wher\"?) (at byte 1)\n"
      "r.yaml:11:74: error: \"y\": there is no text \"type\" under \"texts\" (at byte 1)\n");
}

TEST(SharedTexts, AreBoundedInDepthAndSize) {
  std::string chain = "rules: []\ntexts:\n", doubled = chain;
  for (int i = 0; i < 40; ++i) {
    chain += fmt::format("  t{}: '{{{{> t{}}}}}'\n", 100 + i, 101 + i);
    doubled += fmt::format("  t{}: '{{{{> t{}}}}}{{{{> t{}}}}}'\n", 100 + i, 99 + i, 99 + i);
  }
  EXPECT_TRUE(said(chain + "  t140: x\n").find("texts in texts") != std::string::npos);
  EXPECT_TRUE(said(doubled + "  t99: x\n").find("texts in texts, deeper than 16") !=
              std::string::npos);
  EXPECT_TRUE(said("rules: []\ntexts: {long: '" + std::string(40'000, 'x') +
                   "', two: '{{>long}}{{>long}}'}")
                  .find("a template longer than 65536 bytes") != std::string::npos);
}

TEST(SharedTexts, NamesAreJudgedWhereTheTextIsUsed) {
  EXPECT_EQ(
      said("texts: {port: '{{data.port}}', bad: '{{projekt_id}}'}\n"
           "rules: [{alert: A, match: a, resolve_after: 1h, labels: {p: '{{>port}}'}}]"),
      "r.yaml:2:61: error: label \"p\" cannot use \"data.port\": labels are fixed when the "
      "alert fires, so they are made of \"by\" and enrichment names only (subject, server)\n");
}

}  // namespace
}  // namespace alarum::rules
