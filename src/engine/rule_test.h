#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/node.h"
#include "base/time.h"
#include "model/alert.h"
#include "model/event.h"

namespace alarum::engine {

/// One event of a rule test: when it arrives, as an offset from the test's start, and what it is.
struct TestEvent {
  Duration at{};
  model::Event event;
  bool own_id = true;      ///< false: the test wrote none, and it is like no other
  bool duplicate = false;  ///< the daemon would not take it: see mark_duplicates
};

/// What `dedup:` of a config says, for tests that name one.
struct TestDedup {
  Duration window = std::chrono::hours(24);
  std::size_t max = 4'000'000;
};
/// Decides which events are copies of one before, as the daemon's journal does. `events` by arrival.
void mark_duplicates(std::vector<TestEvent>& events, const TestDedup& dedup);

/// One expected transition: `at`, `state` and `alert` must fit, and each further key as a label, annotation or property.
struct Expectation {
  Place place;
  Duration at{};
  std::vector<std::pair<std::string, std::string>> wanted;  ///< in the order written: alert, state, reason, labels, …
};

/// What a scripted receiver answers: `200`, `429 retry-after 30`, `time-out`.
struct TestAnswer {
  long status = 200;  ///< 0: none came in time
  std::chrono::seconds retry_after{};
  std::string text() const;
};

/// One expected request to a webhook. Empty members are not asked about; of `body` what is written must be there.
struct RequestExpectation {
  Place place;
  Duration at{};
  std::string to;                    ///< the target or its receiver: `oncall/webhook/0`, `oncall`
  std::optional<std::uint64_t> attempt;  ///< 1 for the first
  std::string answer;                ///< as TestAnswer::text()
  std::optional<Node> body;
};

/// One entry of `tests:` in a `*.test.yaml` (RULES.md "Tests").
struct RuleTest {
  std::string name;
  Place place;
  std::vector<TestEvent> events;  ///< by arrival
  std::vector<Expectation> expect;
  std::optional<Duration> run_on;
  /// `answers`: what receivers say, in the order of the requests, by target or receiver (empty: all); after the last one 200.
  std::map<std::string, std::vector<TestAnswer>> answers;
  std::optional<std::vector<RequestExpectation>> requests;  ///< `expect_requests`: all of them, in order; nullopt: not asked about
};

/// A test file: the rule files it names, as paths relative to the working directory, and its tests.
struct RuleTestFile {
  std::vector<std::string> rules;
  std::vector<RuleTest> tests;
  std::string config;  ///< whose receivers and route `expect_requests` is about; empty: one webhook, `test`, gets everything
};

/// Test time 0 on the engine's clock.
constexpr Time kTestStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// Reads a test file; every fault goes to `out`.
std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file, Diagnostics& out);

/// The part of a test that is about requests: `answers` and `expect_requests`.
void read_requests(const Node& test, RuleTest& out, Diagnostics& faults);

struct RuleTestResult {
  std::string name;
  Place place;
  bool passed = false;
  std::string difference;  ///< expected and got, side by side, when it did not pass
};

}  // namespace alarum::engine
