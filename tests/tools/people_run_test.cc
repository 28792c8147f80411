#include "tools/people_run.h"

#include <gtest/gtest.h>

#include "app/delivery_config.h"
#include "receivers/list.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::people_run_test {
namespace {

using namespace std::chrono_literals;

constexpr auto kRules =
    "rules:\n"
    "- {alert: Down, match: down, until: up, by: subject, severity: critical, summary: "
    "'{{subject}} is down'}\n"
    "- {alert: Slow, match: slow, until: fast, by: subject, severity: warning, stage: "
    "'{{data.level}}', summary: '{{subject}} is slow'}\n"
    "- {alert: Note, match: note, resolve_after: 1h, by: subject, severity: info}\n"
    "- {alert: Gone, match: beat, absent: 5m, by: subject, severity: major}\n";

// One message for all alerts of one name that come within ten seconds.
constexpr auto kGrouped =
    "route: {receiver: oncall, group_by: [alertname], group_wait: 10s, group_interval: 10s, "
    "repeat_interval: 4h, routes: [{receiver: log, matchers: ['severity=\"info\"'], continue: "
    "true}]}\n"
    "receivers: [{name: oncall, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}, {name: log, "
    "webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n";

PeopleReport people(const std::string& events, const std::string& expected = "{at_most: 9}",
                    const std::string& config = kGrouped) {
  Diagnostics faults;
  const auto parsed = config::parse(config, "alarum.yaml", receivers::kinds(), faults);
  if (!parsed) throw std::runtime_error(faults.text());
  const auto test = test_of("rules: []\ntests:\n- name: t\n  expect_people: " + expected +
                            "\n  events: " + events + "\n");
  return run_people(test, rules_of(kRules), app::notification_config_of(*parsed, false).outlets);
}

std::string failures(const std::string& events, const std::string& expected) {
  const auto test =
      test_of("rules: []\ntests:\n- name: t\n  events: []\n  expect_people: " + expected + "\n");
  return compare_people(people(events, expected), *test.people);
}

std::string kinds(const PeopleReport& report) {
  std::string text;
  for (const auto& sent : report.messages)
    text += format_duration(sent.at) + ' ' + std::string(to_text(sent.news)) + ' ' +
            std::string(to_text(sent.severity)) + ", ";
  return text;
}

TEST(PeopleRun, AMessageWithManyAlertsIsOneAndEndsAreCountedApart) {
  const auto report = people(
      "[{at: 0m, type: down, subject: a}, {at: 1s, type: down, subject: b}, {at: 1m, type: up, "
      "subject: a}, {at: 2m, type: up, subject: b}]");
  EXPECT_EQ(report.target, "oncall/webhook/0");
  EXPECT_EQ(kinds(report), "10s page critical, 1m10s end critical, 2m10s end critical, ");
  EXPECT_EQ(report.count.pages, 1U);
  EXPECT_EQ(report.count.critical, 1U);
  EXPECT_EQ(report.count.ends, 2U);
  EXPECT_EQ(report.messages[0].members,
            (std::vector<std::string>{"Down critical subject=a", "Down critical subject=b"}));
}

TEST(PeopleRun, AnotherStageIsAnUpdateAndTheSameIsAReminder) {
  const auto report = people(
      "[{at: 0m, type: slow, subject: a, data: {level: low}}, {at: 1m, type: slow, subject: a, "
      "data: {level: low}}, {at: 2m, type: slow, subject: a, data: {level: high}}, "
      "{at: 3m, type: slow, subject: b, data: {level: low}}]");
  EXPECT_TRUE(kinds(report).starts_with(
      "10s page warning, 2m10s update warning, 3m10s page warning, 4h3m10s reminder warning, "))
      << kinds(report);
  EXPECT_EQ(report.count.pages, 3U) << "two that are new, and the update";
  EXPECT_EQ(report.count.updates, 1U);
  EXPECT_EQ(report.count.reminders, 5U);
  EXPECT_EQ(report.in_24h(), 8U);
}

TEST(PeopleRun, ThePersonIsWhoGetsMostPagesUnlessTheTestNamesOne) {
  const auto events = std::string(
      "[{at: 0m, type: note, subject: a}, {at: 1m, type: down, subject: a}, {at: 2m, type: slow, "
      "subject: a}]");
  EXPECT_EQ(people(events).target, "oncall/webhook/0");
  const auto named = people(events, "{receiver: log, at_most: 9}");
  EXPECT_EQ(named.target, "log/webhook/0");
  EXPECT_EQ(named.count.pages, 1U);
  EXPECT_TRUE(people("[]").target.empty());
}

TEST(PeopleRun, TheFirstFaultIsNoNoiseNoInfoNoHeartbeatAndNoEnd) {
  const auto report = people(
      "[{at: 0m, type: noise}, {at: 1m, type: note, subject: a}, {at: 2m, type: beat, subject: a}, "
      "{at: 3m, type: up, subject: a}, "
      "{at: 4m, type: down, subject: b}]");
  EXPECT_EQ(report.fault, 4min);
  EXPECT_EQ(report.fault_type, "down");
  EXPECT_FALSE(people("[{at: 0m, type: beat, subject: a}]").fault);
}

TEST(PeopleCompare, PassesWhereAllIsAsExpected) {
  EXPECT_EQ(
      failures("[{at: 5m, type: down, subject: a}, {at: 6m, type: up, subject: a}]",
               "{at_least: 1, at_most: 1, critical: 1, updates: 0, ends: 1, in_24h: 2, first: "
               "{within: 10s, contains: [a is down, subject=a]}, last: {contains: [RESOLVED]}, "
               "some: [{contains: [FIRING]}, {contains: [RESOLVED]}], never: [b is down]}"),
      "");
}

TEST(PeopleCompare, SaysWhatIsOtherAndShowsWhatCame) {
  const auto said = failures(
      "[{at: 0m, type: note, subject: n}, {at: 5m, type: down, subject: a}, {at: 6m, type: down, "
      "subject: b}, {at: 7m, type: up, subject: a}]",
      "{at_most: 1, critical: 0, ends: {at_least: 2}, in_24h: {at_most: 3}, first: {within: 5s, "
      "contains: [rack]}, last: {contains: [b is up]}, "
      "some: {contains: [a, rack]}, never: [is down]}");
  for (const auto* part :
       {"    - at most 1 page expected, got 2   (line 5)\n",
        "    - at most 0 critical pages expected, got 2   (line 5)\n",
        "    - at least 2 ends expected, got 1", "    - at most 3 messages expected, got ",
        "    - the first message lacks \"rack\"",
        "    - the first message is expected within 5s of 5m (the first fault, down), came at "
        "5m10s",
        "    - the last message lacks \"b is up\"", "    - no message has a and rack",
        "    - the message at 5m10s has \"is down\"",
        "      oncall/webhook/0 gets 2 pages, 0 updates (2 critical), 1 end, ",
        "      at 5m10s: page critical: FIRING critical Down: a is down\n          Down critical "
        "subject=a\n"}) {
    EXPECT_NE(said.find(part), std::string::npos) << part << '\n' << said;
  }
}

TEST(PeopleCompare, CountsUpdatesApartOnlyWhereTheyAreAskedAbout) {
  const auto events = std::string(
      "[{at: 0m, type: slow, subject: a, data: {level: low}}, {at: 2m, type: slow, subject: a, "
      "data: {level: high}}]");
  EXPECT_NE(failures(events, "{at_most: 1}"), "");
  EXPECT_EQ(failures(events, "{at_most: 1, updates: 1}"), "");
  EXPECT_NE(failures(events, "{at_most: 1, updates: 0}"), "");
}

TEST(PeopleCompare, AsksForAfterWhereNoEventIsAFault) {
  const auto events = std::string("[{at: 0m, type: beat, subject: a}]");
  EXPECT_NE(failures(events, "{first: {within: 6m}}")
                .find("no event of the test is a fault: \"after\" says"),
            std::string::npos);
  EXPECT_EQ(failures(events, "{first: {within: 6m, after: 0m}}"), "");
  EXPECT_NE(failures("[]", "{at_least: 1, first: {contains: [a]}}").find("nobody is sent anything"),
            std::string::npos);
}

}  // namespace
}  // namespace alarum::tools::people_run_test
