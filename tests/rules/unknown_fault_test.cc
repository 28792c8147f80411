#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/rules/text_rules.h"

namespace alarum::rules {
namespace {

const std::string kTheirs = "rules:\n  - {alert: Down, match: linkDown, until: linkUp}\n";

RuleSet beside(std::vector<Sources::File> files) {
  Diagnostics out;
  auto set = compile(with_unknown_fault({std::move(files), {}}), out);
  return set && out.text().empty() ? std::move(*set) : throw std::invalid_argument(out.text());
}

std::vector<std::string> names(const RuleSet& set) {
  std::vector<std::string> out;
  for (const auto& rule : set.rules) out.push_back(rule.alert);
  return out;
}

TEST(UnknownFault, IsTheShippedFile) {
  std::ostringstream file;
  file << std::ifstream(ALARUM_SOURCE_DIR "/rules/unknown/unknown.yaml").rdbuf();
  const auto sources = with_unknown_fault({});
  ASSERT_EQ(sources.files.size(), 1U);
  EXPECT_EQ(sources.files[0].text, file.str());
}

TEST(UnknownFault, IsLoadedBesideTheirRulesAndRetunedOrSwitchedOffByThem) {
  EXPECT_EQ(names(beside({{"a.yaml", kTheirs}})),
            (std::vector<std::string>{"UnknownFault", "Down"}));
  EXPECT_EQ(names(beside({{"a.yaml", kTheirs + "override: {UnknownFault: {enabled: false}}"}})),
            (std::vector<std::string>{"Down"}));
  EXPECT_EQ(
      beside({{"a.yaml", "override: {UnknownFault: {severity: major}}"}}).rules.at(0).severity,
      model::Severity::major);
}

TEST(UnknownFault, IsLeftToAFileThatHasARuleOfThatName) {
  const auto set = beside(
      {{"a.yaml",
        "rules: [{alert: UnknownFault, unmatched: true, severity: info, resolve_after: 1h}]"}});
  ASSERT_EQ(names(set), (std::vector<std::string>{"UnknownFault"}));
  EXPECT_FALSE(is_shipped_along(set.rules[0]));
}

// A generation of a journal is compiled as it stands: with it or without, as it was in force.
TEST(UnknownFault, IsInTheGenerationThatIsStored) {
  const auto set = beside({{"a.yaml", kTheirs}});
  Diagnostics out;
  const auto again = compile(*unpack(set.text), out);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->hash, set.hash);
  EXPECT_EQ(names(*again), names(set));
}

TEST(Unmatched, IsAKeyOfARuleThatNeedsNoMatch) {
  EXPECT_EQ(said("rules: [{alert: A, unmatched: true, resolve_after: 1h}]"), "");
  EXPECT_EQ(said("rules: [{alert: A, unmatched: true, match: {severity: critical}, resolve_after: "
                 "1h, summary: '{{subjects}}'}]"),
            "");
  EXPECT_EQ(
      said("rules: [{alert: A, unmatched: false, resolve_after: 1h}]"),
      "r.yaml:1:17: error: rule \"A\" says not what it matches: add \"match\" (or \"pattern\")\n");
  EXPECT_EQ(said("rules: [{alert: A, unmatched: 1, resolve_after: 1h}]")
                .find("r.yaml:1:31: error: \"unmatched\" must be true or false"),
            0U);
  EXPECT_EQ(said("rules: [{alert: A, match: {unmatched: true}, resolve_after: 1h}]"),
            "r.yaml:1:39: error: \"unmatched\" is a key of the rule, beside \"match\": write "
            "unmatched: true under \"alert: A\"\n");
  EXPECT_NE(
      said("rules: [{alert: A, unmatched: true, sequence: [a, b], within: 1m, resolve_after: 1h}]")
          .find("has \"unmatched\" and a \"sequence\""),
      std::string::npos);
  EXPECT_NE(said("rules: [{alert: B, match: b, resolve_after: 1h}, {alert: A, unmatched: true, "
                 "match: {alert: B}, resolve_after: 1h}]")
                .find("has \"unmatched\" and matches alerts"),
            std::string::npos);
}

// `match` and `until` of a rule: what is said of it.
std::string until_said(const std::string& match, const std::string& until) {
  const auto text = said("rules: [{alert: A, match: " + match + ", until: " + until + "}]");
  for (const char* word :
       {"can never apply", "never ends it", "alternative of \"until\" never applies"}) {
    if (text.find(word) != std::string::npos) return word;
  }
  return text;
}

TEST(Until, ThatCanNeverApplyIsRefused) {
  EXPECT_EQ(until_said("x", "x"), "can never apply");
  EXPECT_EQ(until_said("[x, y]", "x"), "can never apply");
  EXPECT_EQ(until_said("{type: [{prefix: fan}]}", "[fanOk, fanOn]"), "can never apply");
  EXPECT_EQ(until_said("{type: x}", "{type: x, data.state: ok}"), "can never apply");
  EXPECT_EQ(until_said("{type: x, status: [{exists: true}]}", "{type: x, status: resolved}"),
            "can never apply");
  EXPECT_EQ(until_said("[{type: x}, {type: y}]", "[{type: y, data.a: 1}, {type: x, data.a: 1}]"),
            "can never apply");
}

TEST(Until, ThatIsWiderThanMatchOrReadsTheStatusIsFine) {
  EXPECT_EQ(until_said("{type: x, severity: critical}", "{type: x}"), "");
  EXPECT_EQ(until_said("x", "{type: x, status: resolved}"), "");
  EXPECT_EQ(until_said("{type: x, data.state: [{anything-but: ok}]}", "{type: x, data.state: ok}"),
            "");
  EXPECT_EQ(until_said("{type: x, $or: [{data.a: 1}, {data.b: 1}]}", "{type: x, data.a: 1}"), "")
      << "not plain to see";
}

TEST(Until, ThatNeverAppliesInPartIsWarnedOf) {
  EXPECT_EQ(until_said("[x, y]", "[y, z]"), "never ends it");
  EXPECT_EQ(until_said("x", "[{type: x}, {type: z}]"), "alternative of \"until\" never applies");
}

TEST(Relations, WarnOfWhatCanNeverComeTrue) {
  const auto warned = [](const std::string& more) {
    const auto text = said(
        "rules:\n  - {alert: A, match: a, by: {host: subject}, resolve_after: 1h}\n  - {alert: "
        "Off, match: b, resolve_after: 1h, enabled: false}\n  - " +
        more + "\n");
    const auto at = text.find("warning: ");
    return at == std::string::npos ? text : text.substr(at + 9, text.find('\n') - at - 9);
  };
  EXPECT_EQ(warned("{alert: C, match: c, resolve_after: 1h, inhibited_by: [A, Off]}"),
            "rule \"C\" is never inhibited by \"Off\": that rule is disabled");
  EXPECT_EQ(warned("{alert: C, match: c, resolve_after: 1h, unless: [A, Off]}"),
            "rule \"C\" is never annulled by \"Off\": that rule is disabled");
  EXPECT_EQ(
      warned(
          "{alert: C, match: {type: a, data.x: 1}, by: subject, resolve_after: 1h, unless: [A]}"),
      "rule \"C\" can never fire: every event that satisfies its \"match\" fires \"A\", which "
      "annuls it");
  EXPECT_EQ(warned("{alert: C, match: [a, c], by: subject, resolve_after: 1h, unless: [A]}"), "");
  EXPECT_EQ(warned("{alert: C, match: {alert: Off}, resolve_after: 1h}"),
            "rule \"C\" can never fire: the rules whose alerts it matches (Off) are disabled");
  EXPECT_EQ(
      warned("{alert: C, match: {alert: A}, by: rack, resolve_after: 1h}"),
      "rule \"C\": \"by\" names \"rack\", which no match can have: no alert of A has that label");
  EXPECT_EQ(warned("{alert: C, match: {alert: A}, by: {name: alertname}, distinct: {subject: 2}, "
                   "within: 1m}"),
            "rule \"C\" can never fire: it counts different values of \"subject\", which no match "
            "can have: no alert of A has that label");
  EXPECT_EQ(
      warned("{alert: C, match: {alert: A}, by: [host, {h: data.labels.host}], resolve_after: 1h}"),
      "");
  EXPECT_EQ(warned("{alert: C, match: {type: c, subject: [{exists: false}]}, by: subject, "
                   "resolve_after: 1h}"),
            "rule \"C\": \"by\" names \"subject\", which no match can have: \"match\" says that it "
            "is not there");
}

}  // namespace
}  // namespace alarum::rules
