// What a test file may say of events in a file, of what people get, and of variants.
#include <gtest/gtest.h>

#include "engine/rule_test.h"
#include "engine/rule_test_runner.h"
#include "tests/engine/world.h"

namespace alarum::engine::rule_test_reader_test {
namespace {

using namespace std::chrono_literals;

struct Read {
  std::optional<RuleTestFile> file;
  std::string faults;
};

Read read(const std::string& test, const std::map<std::string, std::string>& files = {}) {
  Diagnostics faults;
  const auto text = "rules: []\ntests:\n- name: t\n" + test;
  auto file = read_rule_tests(
      text, "folder/t.yaml", faults, [&](const std::string& path) -> std::optional<std::string> {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
      });
  return {std::move(file), faults.text()};
}

std::string faults_of(const std::string& test,
                      const std::map<std::string, std::string>& files = {}) {
  return read(test, files).faults;
}

std::string faults_of_people(const std::string& expected) {
  return faults_of("  events: []\n  expect_people: " + expected + "\n");
}

// A hundred events, ten seconds apart but for each second one, which follows after a second.
std::string story() {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "{\"at\": \"" + std::to_string(i / 2 * 10 + i % 2) + "s\", \"id\": \"e" +
            std::to_string(i) + "\", \"type\": \"" + (i % 10 == 0 ? "b" : "a") + "\"}\n";
  return text;
}

const RuleTestFile& with_variants(const std::string& variants) {
  static RuleTestFile file;
  auto done = read(
      "  events: {file: s.ndjson}\n  expect_people: {at_most: 2, first: {after: 1m, within: "
      "30s}}\n  variants: " +
          variants + "\n",
      {{"folder/s.ndjson", story()}});
  EXPECT_EQ(done.faults, "");
  file = done.file.value_or(RuleTestFile{});
  return file;
}

std::string ids(const RuleTest& test, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, test.events.size()); ++i)
    text += std::string(test.events[i].event.id()) + ' ';
  return text;
}

TEST(RuleTestReader, TakesEventsFromAFileOneALine) {
  const auto done =
      read("  events: {file: ../s.ndjson}\n  expect_people: {at_most: 1}\n",
           {{"s.ndjson",
             "{\"at\": \"5s\", \"type\": \"b\", \"content\": {\"npu\": 3}}\n\n{\"at\": \"1s\", "
             "\"type\": \"a\", \"format\": \"syslog\", \"context\": \"x\"}\r\n"}});
  ASSERT_TRUE(done.file) << done.faults;
  const auto& events = done.file->tests.at(0).events;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at, 1s);
  EXPECT_EQ(events[0].event.format(), model::Format::syslog);
  EXPECT_EQ(events[0].event.extensions().at(0).second, "\"x\"");
  EXPECT_EQ(events[1].event.data(), "{\"content\":\"{\\\"npu\\\": 3}\"}");
}

TEST(RuleTestReader, SaysWhichLineOfAFileIsWrong) {
  const auto faults =
      faults_of("  events: {file: s.ndjson}\n  expect_people: {at_most: 1}\n",
                {{"folder/s.ndjson",
                  "{\"at\": \"0s\", \"type\": \"a\"}\n{\"at\": \"0s\", \"type\" "
                  "\"a\"}\n[1]\n{\"type\": \"a\"}\n{\"at\": \"soon\", \"type\": \"a\"}\n"}});
  for (const auto* part :
       {"folder/s.ndjson:2:21: error: ",
        "folder/s.ndjson:3:1: error: \"an event\" must be a JSON object",
        "folder/s.ndjson:4:1: error: an event needs \"at\"", "folder/s.ndjson:5:8: error: "}) {
    EXPECT_NE(faults.find(part), std::string::npos) << part << '\n' << faults;
  }
  EXPECT_NE(faults_of("  events: {file: gone.ndjson}\n  expect_people: {at_most: 1}\n")
                .find("t.yaml:4:18: error: the file of events folder/gone.ndjson cannot be read"),
            std::string::npos);
  EXPECT_NE(faults_of("  events: {file: s.ndjson}\n  expect: []\n", {{"folder/s.ndjson", "\n"}})
                .find("has none"),
            std::string::npos);
  EXPECT_NE(faults_of("  events: {fille: s}\n  expect: []\n")
                .find("unknown key \"fille\" in events (did you mean \"file\"?)"),
            std::string::npos);
}

TEST(RuleTestReader, RefusesWhatCannotFailAndWhatCannotComeTrue) {
  const std::pair<const char*, const char*> refused[] = {
      {"{}", "asks about nothing and cannot fail"},
      {"{at_least: 0}", "\"expect_people\" cannot fail: there are always at least 0"},
      {"{ends: {at_least: 0}}", "\"ends\" cannot fail"},
      {"{ends: {}}", "\"ends\" asks about nothing"},
      {"{at_most: 2, critical: {at_most: 2}}",
       "\"critical\" cannot fail: there are at most 2 pages in all"},
      {"{at_most: 1, critical: 2}",
       "\"critical\" cannot come true: there are at most 1 pages in all"},
      {"{at_most: 1, at_least: 2}", "cannot come true: at_least 2 is more than at_most 1"},
      {"{at_most: 0, first: {contains: [a]}}",
       "\"first\" cannot come true: there are at most 0 pages"},
      {"{at_most: 1, first: {}}", "\"first\" asks about nothing"},
      {"{at_most: 1, first: {after: 1m, contains: [a]}}", "\"within\" is missing"},
      {"{at_most: 1, last: {within: 1m, contains: [a]}}", "unknown key \"within\" in last"},
      {"{never: ['']}", "an empty word of \"never\" occurs in every message"},
      {"{at_mots: 1}", "unknown key \"at_mots\" in expect_people (did you mean \"at_most\"?)"},
      {"{at_most: many}", "\"at_most\" must be a whole number"},
      {"2", "\"expect_people\" must be a mapping such as {at_most: 2}, not number 2"},
  };
  for (const auto& [text, reason] : refused)
    EXPECT_NE(faults_of_people(text).find(reason), std::string::npos) << text << '\n'
                                                                      << faults_of_people(text);
  EXPECT_EQ(faults_of_people("{at_most: 1, updates: 0, critical: {at_most: 1}}"), "")
      << "an update may be critical too";
  EXPECT_NE(faults_of("  events: []\n").find("\"expect\" must be a list"), std::string::npos)
      << "a test asks about something";
}

TEST(TestVariants, StretchAllOffsets) {
  const auto& file = with_variants("[{pace: 2.5}]");
  const auto& variant = file.tests.at(1);
  EXPECT_EQ(variant.name, "t (pace: 2.5)");
  EXPECT_TRUE(variant.variant && !variant.asks_transitions);
  EXPECT_EQ(variant.events[3].at, 27500ms);
  EXPECT_EQ(variant.events[3].event.time(), kTestStart + 27500ms);
  EXPECT_EQ(variant.people->first->after, 150s) << "it is a place in the story";
  EXPECT_EQ(variant.people->first->within, 30s) << "it is about us";
}

TEST(TestVariants, ChangeTheOrderOfNeighboursAndNothingElse) {
  const auto& file = with_variants("[{order: 1}, {order: 1}, {order: 2}]");
  const auto &story = file.tests.at(0), &variant = file.tests.at(1);
  ASSERT_EQ(variant.events.size(), 100U);
  std::size_t moved = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(variant.events[i].at, story.events[i].at);
    const auto& one = variant.events[i].event;
    moved += one.id() != story.events[i].event.id();
    const auto before = std::ranges::find_if(
        story.events, [&](const auto& other) { return other.event.id() == one.id(); });
    EXPECT_EQ(one.bytes(), before->event.bytes()) << "it says what it said, its own time too";
    EXPECT_LE(std::chrono::abs(before->at - variant.events[i].at), 1s);
  }
  EXPECT_GT(moved, 20U);
  EXPECT_LT(moved, 80U);
  EXPECT_EQ(ids(variant, 100), ids(file.tests.at(2), 100));
  EXPECT_NE(ids(variant, 100), ids(file.tests.at(3), 100));
  EXPECT_EQ(ids(variant, 10), "e1 e0 e3 e2 e5 e4 e7 e6 e9 e8 ") << "on every machine";
}

TEST(TestVariants, LoseOneOfFifty) {
  const auto& file = with_variants("[{lose: 1}, {lose: 1}, {lose: 4, pace: 2}]");
  const auto lost = 100 - file.tests.at(1).events.size();
  EXPECT_GE(lost, 1U);
  EXPECT_LE(lost, 8U);
  EXPECT_EQ(ids(file.tests.at(1), 100), ids(file.tests.at(2), 100));
  EXPECT_NE(ids(file.tests.at(1), 100), ids(file.tests.at(3), 100));
}

TEST(TestVariants, LeaveOutWhatFitsAPattern) {
  const auto& file =
      with_variants("[{without: {type: [{prefix: b}]}, expect_people: {at_most: 1, first: ~}}]");
  EXPECT_EQ(file.tests.at(1).events.size(), 90U);
  EXPECT_EQ(file.tests.at(1).people->pages.at_most, 1U);
  EXPECT_FALSE(file.tests.at(1).people->first) << "taken back";
  EXPECT_EQ(file.tests.at(0).people->pages.at_most, 2U);
}

TEST(TestVariants, SayThatTheyChangeNothing) {
  const std::map<std::string, std::string> files{
      {"folder/s.ndjson",
       "{\"at\": \"0s\", \"type\": \"a\"}\n{\"at\": \"10s\", \"type\": \"a\"}\n"}};
  const auto start =
      std::string("  events: {file: s.ndjson}\n  expect_people: {at_most: 2}\n  variants: ");
  const std::pair<const char*, const char*> refused[] = {
      {"[{pace: 1}]", "t.yaml:6:21: error: \"pace: 1\" changes none of the 2 events"},
      {"[{order: 1, pace: 2}]",
       "\"order: 1\" changes none of the 2 events: only those within 3s of each other change "
       "places"},
      {"[{lose: 1}]",
       "\"lose: 1\" changes none of the 2 events: one of 50 is lost, try another seed"},
      {"[{without: {format: syslog}}]", "changes none of the 2 events: none fits the pattern"},
      {"[{name: x}]", "a variant changes something: pace, order, lose or without"},
      {"[{without: {type: {prefix: a}}}]", "\"without\" must be a pattern as in \"match\": "},
      {"[{pace: fast}]", "\"pace\" must be a number from 0.01 to 100"},
      {"[{peace: 2}]", "unknown key \"peace\" in variant (did you mean \"pace\"?)"},
      {"[{pace: 2, expect_people: {at_most: 1, at_least: 2}}]", "cannot come true"},
      {"{pace: 2}", "\"variants\" must be a list"},
  };
  for (const auto& [variants, reason] : refused)
    EXPECT_NE(faults_of(start + variants + '\n', files).find(reason), std::string::npos)
        << variants << '\n'
        << faults_of(start + variants + '\n', files);
  EXPECT_NE(faults_of("  events: []\n  expect: []\n  variants: [{pace: 2}]\n")
                .find("a variant needs \"expect_people\""),
            std::string::npos);
}

// The tests beside it run all the same.
TEST(RuleTestRunner, AnEventThatTheEngineCannotProcessFailsItsTest) {
  const auto done = read(
      "  events: [{at: 0s, type: x, format: alertmanager, posted: \"true\", data: [1]}]\n"
      "  expect: []\n");
  ASSERT_TRUE(done.file) << done.faults;
  const auto result = run_rule_test(done.file->tests.at(0), generation_of("rules: []\n"));
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.difference.find("cannot process an event of this test"), std::string::npos)
      << result.difference;
}

}  // namespace
}  // namespace alarum::engine::rule_test_reader_test
