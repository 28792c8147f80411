#include <gtest/gtest.h>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

using namespace std::chrono_literals;

constexpr auto kShipped =
    "defaults: {resolve_after: 1h}\nrules:\n  - {alert: NpuLost, match: X, summary: s, labels: "
    "{team: a}}\n  - {alert: DiskLost, match: Y}\n";

TextRules with(const std::string& site) {
  return {{{"a.yaml", kShipped}, {"b.yaml", site}}, {}};
}

TEST(Override, MayCarryUntilAndEnrichmentForItsLabels) {
  TextRules rules{
      {{"a.yaml",
        "rules:\n  - {alert: A, match: X, until: Y, summary: s}\n  - {alert: B, match: X2, until: "
        "Y}\n"},
       {"b.yaml",
        "tables: {mine: {file: mine.csv, key: server}}\noverride:\n  A: {until: {type: Z}, enrich: "
        "[{table: mine, key: subject, add: [owner]}], labels: {team: '{{owner}}'}}\n"
        "  B: {enrich: [{table: mine, key: subject, add: [owner]}], summary: '{{owner}}'}\n"}},
      {{"mine.csv", "server,owner\ns1,ann\n"}}};
  Diagnostics out;
  const auto set = rules.compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules[0].until->alternatives[0].fields[0].any[0].text, "Z");
  EXPECT_EQ(set->rules[0].labels.at("team").text(), "{{owner}}");
  EXPECT_EQ(set->rules[0].names.at("owner"), "#0.owner");
  EXPECT_EQ(set->rules[1].names.at("owner"), "#0.owner");
  EXPECT_EQ(set->scopes[0].enriches[0].add.size(), 1U);
  EXPECT_EQ(set->scopes[0].enriches.size(), 1U);
}

TEST(Override, OfARollUpHasNoUntil) {
  Diagnostics out;
  TextRules rules{
      {{"a.yaml",
        "rules:\n  - {alert: A, match: X, until: Y}\n  - {alert: R, gather: [A], by: subject}\n"},
       {"b.yaml", "override: {R: {until: Z}}"}},
      {}};
  EXPECT_FALSE(rules.compile(out));
  EXPECT_NE(out.text().find("b.yaml:1:23: error: rule \"R\" has no \"until\" that could be "
                            "overridden: it is a roll-up"),
            std::string::npos)
      << out.text();
}

TEST(Override, RetunesARuleOfAnEarlierFile) {
  Diagnostics out;
  const auto set = with(
                       "override: {NpuLost: {severity: critical, resolve_after: 48h, summary: "
                       "'{{subject}} lost', labels: {team: b, site: c}}}")
                       .compile(out);
  ASSERT_TRUE(set) << out.text();
  const auto& rule = set->rules[0];
  EXPECT_EQ(rule.severity, model::Severity::critical);
  EXPECT_EQ(rule.resolve_after, 48h);
  EXPECT_EQ(rule.summary->text(), "{{subject}} lost");
  EXPECT_EQ(rule.labels.at("team").text(), "b");
  EXPECT_EQ(rule.labels.at("site").text(), "c");
  EXPECT_EQ(set->rules[1].resolve_after, 1h);
}

TEST(Override, DropsARuleThatIsNotEnabled) {
  Diagnostics out;
  const auto set = with("override: {NpuLost: {enabled: false}}").compile(out);
  ASSERT_TRUE(set) << out.text();
  ASSERT_EQ(set->rules.size(), 1U);
  EXPECT_EQ(set->rules[0].alert, "DiskLost");
}

TEST(Override, TheLastOneWins) {
  Diagnostics out;
  auto rules = with("override: {NpuLost: {enabled: false, severity: info}}");
  rules.files.push_back({"c.yaml", "override: {NpuLost: {enabled: true}}"});
  const auto set = rules.compile(out);
  ASSERT_TRUE(set) << out.text();
  EXPECT_EQ(set->rules.size(), 2U);
  EXPECT_EQ(set->rules[0].severity, model::Severity::info);
}

TEST(Override, ThatMakesARuleCriticalMustSayItsEnd) {
  EXPECT_EQ(with("override: {NpuLost: {severity: critical}}").said(),
            "a.yaml:3:13: error: rule \"NpuLost\" has no end: the default resolve_after is not for "
            "critical rules: add \"until\" (the events that end it) "
            "or \"resolve_after\" (such as 24h) to the rule\n");
}

TEST(Override, NamesARuleThatIsThere) {
  EXPECT_EQ(
      with("override: {NpuLots: {enabled: false}}").said(),
      "b.yaml:1:12: error: there is no rule \"NpuLots\" to override (did you mean \"NpuLost\"?)\n");
  auto before = with("");
  before.files.insert(before.files.begin(), {"0.yaml", "override: {DiskLost: {enabled: false}}"});
  EXPECT_EQ(before.said(),
            "0.yaml:1:12: error: the override of \"DiskLost\" comes before the rule, which is at "
            "a.yaml:4:13: load its file later\n");
}

TEST(Override, RefusesWhatItCannotChange) {
  EXPECT_EQ(
      with("override: {NpuLost: {match: Z, sevrity: info, distinct: {x: 5}}}").said(),
      "b.yaml:1:22: error: unknown key \"match\" in the override of \"NpuLost\"\n"
      "b.yaml:1:32: error: unknown key \"sevrity\" in the override of \"NpuLost\" (did you mean "
      "\"severity\"?)\n"
      "b.yaml:1:47: error: \"distinct\" cannot be overridden: copy the rule, change it there, and "
      "override the first with enabled: false (the override of \"NpuLost\")\n");
  EXPECT_EQ(with("override: [NpuLost]").said(),
            "b.yaml:1:11: error: \"override\" must be a mapping of alert names, not a list\n");
  EXPECT_EQ(with("override: {NpuLost: off}").said(),
            "b.yaml:1:21: error: \"NpuLost\" must be a mapping such as {severity: major, "
            "resolve_after: 48h}, not string \"off\"\n");
}

}  // namespace
}  // namespace alarum::rules
