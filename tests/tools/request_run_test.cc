#include "tools/request_run.h"

#include <gtest/gtest.h>

#include "app/delivery_config.h"
#include "receivers/list.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::request_run_test {
namespace {

constexpr auto kRules =
    "rules: [{alert: A, match: fault, until: mended, summary: 'x {{subject}}'}]";

Receivers receivers_of(const std::string& config) {
  Diagnostics faults;
  const auto parsed = config::parse(config, "alarum.yaml", receivers::kinds(), faults);
  if (!parsed) throw std::runtime_error(faults.text());
  auto wires = app::notification_config_of(*parsed, false);
  return {std::move(wires.outlets), std::move(wires.targets)};
}

Receivers two_webhooks() {
  return receivers_of(
      "route: {receiver: one, routes: [{receiver: one, continue: true}, {receiver: two}]}\n"
      "receivers: [{name: one, webhook_configs: [{url: 'http://127.0.0.1:9/'}]}, {name: two, "
      "webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n");
}

Receivers one_webhook() {
  return receivers_of(
      "route: {receiver: one}\nreceivers: [{name: one, webhook_configs: [{url: "
      "'http://127.0.0.1:9/'}]}]\n");
}

engine::RuleTestResult run(const std::string& test, const Receivers& receivers = one_webhook()) {
  return run_requests(test_of("rules: []\ntests:\n- name: t\n  expect: []\n" + test),
                      rules_of(kRules), receivers);
}

TEST(RequestRun, ComparesTheBodyOfEachRequest) {
  const auto result =
      run("  events: [{at: 0m, type: fault, subject: s1}, {at: 5m, type: mended, subject: s1}]\n"
          "  expect_requests:\n"
          "    - {at: 0m, to: one, body: {status: firing, alerts: [{labels: {alertname: A, "
          "subject: s1}, annotations: {summary: x s1}}]}}\n"
          "    - {at: 5m, to: one/webhook/0, attempt: 1, answer: 200, body: {status: resolved, "
          "receiver: one}}\n");
  EXPECT_TRUE(result.passed) << result.difference;
}

// With `for` its start lies before its firing: group_wait had no effect.
TEST(RequestRun, GroupWaitCountsFromTheFiring) {
  const auto grouped = receivers_of(
      "route: {receiver: one, group_by: [alertname], group_wait: 30s}\nreceivers: [{name: one, "
      "webhook_configs: [{url: 'http://127.0.0.1:9/'}]}]\n");
  const auto test = test_of(
      "rules: []\ntests:\n- name: t\n  expect: []\n  events: [{at: 0m, type: fault, subject: s1}, "
      "{at: 10s, type: fault, subject: s2}]\n  run_on: 10m\n"
      "  expect_requests: [{at: 5m30s, body: {alerts: [{labels: {subject: s1}}, {labels: {subject: "
      "s2}}]}}]\n");
  const auto result = run_requests(
      test, rules_of("rules: [{alert: A, match: fault, until: mended, for: 5m}]"), grouped);
  EXPECT_TRUE(result.passed) << result.difference;
}

TEST(RequestRun, WhatOnlyATimeOutEndsIsSaidOnceToBeUnconfirmed) {
  const auto daily = receivers_of(
      "route: {receiver: one, repeat_interval: 2h}\nreceivers: [{name: one, webhook_configs: "
      "[{url: 'http://127.0.0.1:9/'}]}]\n");
  const auto test = test_of(
      "rules: []\ntests:\n- name: t\n  expect: []\n  events: [{at: 0m, type: lost, subject: s1}, "
      "{at: 0m, type: fault, subject: s2}]\n  run_on: 7h\n"
      "  expect_requests:\n"
      "    - {at: 0m, body: {alerts: [{labels: {subject: s1}}]}}\n    - {at: 0m, body: {alerts: "
      "[{labels: {subject: s2}}]}}\n"
      "    - {at: 2h, body: {alerts: [{labels: {subject: s1}, annotations: {not_confirmed_since: "
      "'2026-01-01T00:00:00Z'}}]}}\n"
      "    - {at: 2h, body: {alerts: [{labels: {subject: s2}, annotations: {last_reported: "
      "'2026-01-01T00:00:00Z'}}]}}\n"
      "    - {at: 4h, body: {alerts: [{labels: {subject: s2}}]}}\n    - {at: 6h, body: {alerts: "
      "[{labels: {subject: s2}}]}}\n");
  const auto result = run_requests(test,
                                   rules_of("rules: [{alert: L, match: lost, resolve_after: 12h}, "
                                            "{alert: A, match: fault, until: mended}]"),
                                   daily);
  EXPECT_TRUE(result.passed) << result.difference;
}

TEST(RequestRun, ShowsWhatIsOtherThanExpected) {
  const auto result = run(
      "  events: [{at: 0m, type: fault, subject: s1}]\n"
      "  run_on: 1m\n"
      "  expect_requests:\n"
      "    - {at: 1m, body: {status: firing, alerts: [{labels: {subject: s2}}, {}], colour: red}}\n"
      "    - {at: 2m}\n");
  EXPECT_FALSE(result.passed);
  for (const auto* part :
       {"    - at 1m: body {\"status\": \"firing\"",
        "    + at 0s: to one/webhook/0, attempt 1, answered 200\n", "at is 0s, not 1m",
        "body.colour is missing", "    - at 2m:   (expected request, line 9)\n",
        "body {\"version\":\"4\""}) {
    EXPECT_NE(result.difference.find(part), std::string::npos) << part << "\n" << result.difference;
  }
}

TEST(RequestRun, RetriesAsTheReceiverAnswers) {
  const auto result =
      run("  events: [{at: 0m, type: fault, subject: s1}, {at: 5s, type: mended, subject: s1}]\n"
          "  answers: [429 retry-after 30, 500, time-out]\n"
          "  expect_requests:\n"
          "    - {at: 0s, attempt: 1, answer: 429 retry-after 30, body: {status: firing}}\n"
          "    - {at: 30s, attempt: 2, answer: 500, body: {status: firing}}\n"
          "    - {at: 32s, attempt: 3, answer: time-out, body: {status: firing}}\n"  // back-off 2 s
          // 10 s until the time-out, back-off 4 s
          "    - {at: 46s, attempt: 4, answer: 200, body: {status: firing}}\n"
          "    - {at: 46s, attempt: 1, answer: 200, body: {status: resolved}}\n");
  EXPECT_TRUE(result.passed) << result.difference;
}

TEST(RequestRun, GivesUpOnAnAnswerThatIsFinal) {
  const auto result =
      run("  events: [{at: 0m, type: fault, subject: s1}]\n"
          "  run_on: 1h\n"
          "  answers: {one: [400]}\n"
          "  expect_requests: [{at: 0m, answer: 400}]\n");
  EXPECT_TRUE(result.passed) << result.difference;
}

TEST(RequestRun, ScriptsEachReceiverByItself) {
  const auto result =
      run("  events: [{at: 0m, type: fault, subject: s1}]\n"
          "  run_on: 1h\n"
          "  answers: {two: [503]}\n"
          "  expect_requests:\n"
          "    - {at: 0s, to: one, answer: 200}\n"
          "    - {at: 0s, to: two, answer: 503}\n"
          "    - {at: 1s, to: two, attempt: 2}\n",
          two_webhooks());
  EXPECT_TRUE(result.passed) << result.difference;
}

TEST(RequestTest, FaultsInTheTestAreToldWithTheirPlace) {
  Diagnostics faults;
  EXPECT_FALSE(engine::read_rule_tests(
      "rules: []\ntests:\n- name: t\n  events: []\n  expect: []\n  answers: [soon, 200]\n"
      "  expect_requests:\n  - {boddy: {}}\n  - {at: 0m, answer: 99}\n",
      "t.yaml", faults));
  const auto text = faults.text();
  for (const auto* part :
       {"t.yaml:6:13: error: string \"soon\" is not an answer: 200, 429 retry-after 30, 500 or "
        "time-out",
        "t.yaml:8:6: error: unknown key \"boddy\" in an expected request (did you mean \"body\"?)",
        "t.yaml:8:5: error: an expected request needs \"at\"",
        "t.yaml:9:22: error: number 99 is not an answer"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace alarum::tools::request_run_test
