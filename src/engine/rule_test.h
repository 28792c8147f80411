#pragma once
#include <functional>
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
/// Decides which events are copies of one before, as the daemon's journal does. `events` by
/// arrival.
void mark_duplicates(std::vector<TestEvent>& events, const TestDedup& dedup);

/// One expected transition: `at`, `state` and `alert` must fit, and each further key as a label,
/// annotation or property.
struct Expectation {
  Place place;
  Duration at{};
  /// In the order written: alert, state, reason, labels, …
  std::vector<std::pair<std::string, std::string>> wanted;
};

/// What a scripted receiver answers: `200`, `429 retry-after 30`, `time-out`.
struct TestAnswer {
  long status = 200;  ///< 0: none came in time
  std::chrono::seconds retry_after{};
  std::string text() const;
};

/// One expected request to a webhook. Empty members are not asked about; of `body` what is written
/// must be there.
struct RequestExpectation {
  Place place;
  Duration at{};
  std::string to;  ///< the target or its receiver: `oncall/webhook/0`, `oncall`
  std::optional<std::uint64_t> attempt;  ///< 1 for the first
  std::string answer;                    ///< as TestAnswer::text()
  std::optional<Node> body;
};

/// How many there may be, both ends included.
struct CountBound {
  Place place;
  std::optional<std::uint64_t> at_least, at_most;
  bool asked() const { return at_least || at_most; }
};

/// What must stand in one message that a person is sent.
struct MessageExpectation {
  Place place;
  std::optional<Duration> within;  ///< `first` only: it comes at most so long after the fault
  /// `first` only: when the fault began, as an offset; nullopt: the first event that is one
  std::optional<Duration> after;
  std::vector<std::string> contains;  ///< each of them, in its title or text
};

/// `expect_people`: what ONE person is sent (docs/tools.md): the messages to one target of one
/// receiver.
struct PeopleExpectation {
  Place place;
  std::string receiver;  ///< empty: whoever is sent most pages
  /// Messages with an alert that is new to the person; updates too, where `updates` does not ask
  /// about them
  CountBound pages;
  CountBound updates;   ///< messages with no alert that is new, but with another stage or severity
  CountBound critical;  ///< of both: where what is new is critical
  CountBound ends;      ///< messages in which something ended and nothing is new
  CountBound in_24h;    ///< all messages, reminders too, of the 24 hours from the fault on
  std::optional<MessageExpectation> first;  ///< the first page or update
  std::optional<MessageExpectation> last;   ///< the last message that is no reminder
  std::vector<MessageExpectation> some;     ///< each by at least one message
  std::vector<std::string> never;           ///< words that no message contains
};

/// One entry of `tests:` in a `*.test.yaml` (RULES.md "Tests"), or one of its `variants`.
struct RuleTest {
  std::string name;
  Place place;
  std::vector<TestEvent> events;  ///< by arrival
  /// The events of the test before it, changed: `expect_people` alone is asked about
  bool variant = false;
  bool asks_transitions = true;  ///< false: it has no `expect`
  std::vector<Expectation> expect;
  std::optional<Duration> run_on;
  std::optional<PeopleExpectation> people;
  /// `answers`: what receivers say, in the order of the requests, by target or receiver (empty:
  /// all); after the last one 200.
  std::map<std::string, std::vector<TestAnswer>> answers;
  /// `expect_requests`: all of them, in order; nullopt: not asked about
  std::optional<std::vector<RequestExpectation>> requests;
};

/// A test file: the rule files it names, as paths relative to the working directory, and its tests.
struct RuleTestFile {
  std::vector<std::string> rules;
  std::vector<RuleTest> tests;
  /// Whose receivers and route `expect_requests` and `expect_people` are about; empty: one webhook,
  /// `test`, gets
  std::string config;
  ///< everything; people are sent what they are where the config has no `route`
  std::string inventory;  ///< the file that stands in place of the rules' own; empty: none
};

/// Test time 0 on the engine's clock.
constexpr Time kTestStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// The text of a file that a test names; nullopt: it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

/// Reads a test file; every fault goes to `out`. `read`: files of events, by their path relative to
/// the working directory.
std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file,
                                            Diagnostics& out, const ReadFile& read = {});

/// The part of a test that is about requests: `answers` and `expect_requests`.
void read_requests(const Node& test, RuleTest& out, Diagnostics& faults);

/// The value of `expect_people`. Refused is also what cannot fail, and what cannot come true.
PeopleExpectation read_people(const Node& node, Diagnostics& faults);

struct RuleTestResult {
  std::string name;
  Place place;
  bool passed = false;
  std::string difference;  ///< expected and got, side by side, when it did not pass
};

}  // namespace alarum::engine
