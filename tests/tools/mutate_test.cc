#include "tools/mutate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/node.h"

namespace alarum::tools::mutate_test {
namespace {

std::vector<std::string> told(const std::string& rules, const std::string& path = "r.yaml") {
  std::vector<std::string> lines;
  for (const auto& mutant : mutants_of({path, rules})) {
    lines.push_back(std::to_string(mutant.place.line) + ":" + std::to_string(mutant.place.column) +
                    " " + mutant.rule + (mutant.rule.empty() ? "" : " ") + mutant.what);
  }
  return lines;
}

void expect_lines(std::vector<std::string> got, std::vector<std::string> wanted) {
  std::ranges::sort(got);
  std::ranges::sort(wanted);
  EXPECT_EQ(got, wanted);
}

TEST(Mutate, DropsClausesAlternativesAndKeys) {
  expect_lines(told("rules:\n"
                    "  - alert: A\n"
                    "    match: {source: S, type: [a, b]}\n"
                    "    until: mended\n"
                    "    resolve_after: 1h\n"
                    "    by: [subject, {npu: content.npu}]\n"
                    "    summary: text\n"),
               {"2:5 rules: A dropped", "3:13 A match: clause source dropped",
                "3:24 A match: clause type dropped", "3:31 A match type: \"a\" dropped",
                "3:34 A match type: \"b\" dropped", "4:5 A rule: until dropped",
                "5:5 A rule: resolve_after dropped", "5:20 A resolve_after 1h → 59m",
                "6:5 A rule: by dropped", "6:10 A by: \"subject\" dropped",
                "6:19 A by: {\"npu\": \"content.npu\"} dropped"});
}

TEST(Mutate, MovesNumbersAndDurationsAndTurnsMatchersRound) {
  expect_lines(told("rules:\n"
                    "  - alert: A\n"
                    "    match: {data.t: [{numeric: ['>', 3]}], data.u: [{exists: true}]}\n"
                    "    count: 3\n"
                    "    within: 10m\n"
                    "    distinct: {subject: 5}\n"),
               {"2:5 rules: A dropped", "3:13 A match: clause data.t dropped",
                "3:38 A match data.t numeric 3 → 4", "3:44 A match: clause data.u dropped",
                "3:62 A match data.u exists true → false", "4:5 A rule: count dropped",
                "4:12 A count 3 → 4", "5:5 A rule: within dropped", "5:13 A within 10m → 9m",
                "6:5 A rule: distinct dropped", "6:25 A distinct.subject 5 → 6"});
}

TEST(Mutate, DropsStepsOfSequencesAndReadsPatternsInJson) {
  expect_lines(told("rules:\n"
                    "  - {alert: A, match: x, sequence: [down, {absent: up}]}\n"
                    "  - alert: B\n"
                    "    pattern: '{\"detail\": {\"a\": [1, 2]}}'\n"),
               {"2:5 rules: A dropped", "2:26 A rule: sequence dropped",
                "2:37 A sequence: step \"down\" dropped",
                "2:43 A sequence: step {\"absent\": \"up\"} dropped", "3:5 rules: B dropped",
                "4:14 B pattern detail a: 1 dropped", "4:14 B pattern detail a: 2 dropped"});
}

TEST(Mutate, LeavesAloneWhatIsTheDefaultAnyway) {
  expect_lines(
      told("defaults: {resolve_after: 2h, severity: minor}\n"
           "rules: [{alert: A, match: x, by: subject, severity: minor, resolve_after: 2h}]\n"),
      {"1:12 defaults: resolve_after dropped", "1:27 resolve_after 2h → 1h",
       "1:31 defaults: severity dropped", "2:9 rules: A dropped"});
}

TEST(Mutate, DropsWhatHoldsForTheFileAndWhatOverridesSay) {
  expect_lines(
      told("extract: {code: {from: data.content, re: x}}\n"
           "enrich: [{table: t, key: code, add: [a, b]}]\n"
           "override: {A: {resolve_after: 48h}}\n"),
      {"1:11 extract: code dropped",
       "2:10 enrich: {\"table\": \"t\", \"key\": \"code\", \"add\": [\"a\", \"b\"]} dropped",
       "2:38 enrich: add: \"a\" dropped", "2:41 enrich: add: \"b\" dropped",
       "3:16 A rule: resolve_after dropped", "3:31 A resolve_after 48h → 1d"});
}

// The text of a mutant differs in the one thing, and is YAML that reads back, whatever the strings
// hold.
TEST(Mutate, WritesTheWholeFileWithTheOneFault) {
  const auto mutants = mutants_of({"r.yaml",
                                   "rules:\n  - alert: \"é \\\" {}\"\n    match: [a, b]\n    "
                                   "until: c\n    summary: |\n      {{x}}: \\ 'y'\n"});
  ASSERT_FALSE(mutants.empty());
  Diagnostics faults;
  for (const auto& mutant : mutants)
    EXPECT_TRUE(parse_yaml(mutant.text, "m", faults)) << mutant.text << faults.text();
  const auto found =
      std::ranges::find_if(mutants, [](const auto& m) { return m.what == "match: \"a\" dropped"; });
  ASSERT_NE(found, mutants.end());
  EXPECT_EQ(found->text,
            "{\"rules\": [{\"alert\": \"é \\\" {}\", \"match\": [\"b\"], \"until\": \"c\", "
            "\"summary\": \"{{x}}: \\\\ 'y'\\n\"}]}\n");
}

TEST(Mutate, HasNothingToSayOfAFileThatDoesNotRead) {
  EXPECT_TRUE(mutants_of({"r.yaml", "rules: ["}).empty());
  EXPECT_TRUE(mutants_of({"r.json", "[]"}).empty());
}

}  // namespace
}  // namespace alarum::tools::mutate_test
