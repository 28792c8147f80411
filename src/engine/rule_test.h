#pragma once
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
};

/// One expected transition: `at`, `state` and `alert` must fit, and each further key as a label, annotation or property.
struct Expectation {
  Place place;
  Duration at{};
  std::vector<std::pair<std::string, std::string>> wanted;  ///< in the order written: alert, state, reason, labels, …
};

/// One entry of `tests:` in a `*.test.yaml` (RULES.md "Tests").
struct RuleTest {
  std::string name;
  Place place;
  std::vector<TestEvent> events;  ///< by arrival
  std::vector<Expectation> expect;
  std::optional<Duration> run_on;
};

/// A test file: the rule files it names, as paths relative to the working directory, and its tests.
struct RuleTestFile {
  std::vector<std::string> rules;
  std::vector<RuleTest> tests;
};

/// Test time 0 on the engine's clock.
constexpr Time kTestStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// Reads a test file; every fault goes to `out`.
std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file, Diagnostics& out);

struct RuleTestResult {
  std::string name;
  Place place;
  bool passed = false;
  std::string difference;  ///< expected and got, side by side, when it did not pass
};

}  // namespace alarum::engine
