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
// What a `*.test.yaml` file says (docs/rules.md "Tests"), as plain values, and the functions that
// read it. All durations are offsets from the test's start. Faults of a file go to Diagnostics with
// their place, all at once.

/// One event of a rule test: its arrival as an offset from the test's start, and the event.
struct TestEvent {
  Duration at{};
  model::Event event;
  bool own_id = true;      ///< false: the test gave none, so the event is no duplicate of another
  bool duplicate = false;  ///< the daemon would take it for a duplicate: see mark_duplicates()
};

/// The values of `dedup:` in a config, for a test file that names one.
struct TestDedup {
  Duration window = std::chrono::hours(24);
  std::size_t max = 4'000'000;  ///< identities that are remembered
};
/// Marks the events that are copies of an earlier one, as the daemon's journal decides it. `events`
/// are in the order of their arrival.
void mark_duplicates(std::vector<TestEvent>& events, const TestDedup& dedup);

/// One expected transition. `at`, `state` and `alert` must be equal; each further key is compared
/// with the label, annotation or property of that name.
struct Expectation {
  Place place;
  Duration at{};
  /// Key and value in the order in which they are written: alert, state, reason, labels, …
  std::vector<std::pair<std::string, std::string>> wanted;
};

/// The scripted answer of a receiver: `200`, `429 retry-after 30`, `time-out`.
struct TestAnswer {
  long status = 200;                   ///< HTTP status; 0: no answer in time
  std::chrono::seconds retry_after{};  ///< 0: the answer has no `Retry-After`
  std::string text() const;            ///< as it is written in a test
};

/// One expected request to a webhook. Empty members are not compared. The body must contain what is
/// written here and may contain more.
struct RequestExpectation {
  Place place;
  Duration at{};
  std::string to;                        ///< a target or a receiver: `oncall/webhook/0`, `oncall`
  std::optional<std::uint64_t> attempt;  ///< 1 for the first
  std::string answer;                    ///< as TestAnswer::text()
  std::optional<Node> body;
};

/// A bound for a count; both ends are allowed values.
struct CountBound {
  Place place;
  std::optional<std::uint64_t> at_least, at_most;
  bool asked() const { return at_least || at_most; }
};

/// What one message to a person must contain.
struct MessageExpectation {
  Place place;
  /// For `first` only: the message must come at most so long after the fault.
  std::optional<Duration> within;
  /// For `first` only: when the fault began. nullopt: at the first event that is a fault.
  std::optional<Duration> after;
  std::vector<std::string> contains;  ///< each of these texts, in the title or the text
};

/// `expect_people` (docs/tools.md): the messages that one person is sent, which are those to one
/// target of one receiver.
struct PeopleExpectation {
  Place place;
  std::string receiver;  ///< empty: the one that is sent the most pages
  /// Messages with an alert that the person has not heard of. Updates count as well if `updates` is
  /// not asked about.
  CountBound pages;
  CountBound updates;   ///< messages with no new alert, but with a new stage or severity
  CountBound critical;  ///< pages and updates in which the news is critical
  CountBound ends;      ///< messages in which something ended and nothing is new
  CountBound in_24h;    ///< all messages, with reminders, in the 24 hours from the fault on
  std::optional<MessageExpectation> first;  ///< the first page or update
  std::optional<MessageExpectation> last;   ///< the last message that is not a reminder
  std::vector<MessageExpectation> some;     ///< each must be met by at least one message
  std::vector<std::string> never;           ///< texts that no message may contain
};

/// One entry of `tests:` in a `*.test.yaml` (docs/rules.md "Tests"), or one of its `variants`.
struct RuleTest {
  std::string name;
  Place place;
  std::vector<TestEvent> events;  ///< in the order of their arrival
  /// A variant has the changed events of its test, and only `expect_people` is checked.
  bool variant = false;
  bool asks_transitions = true;     ///< false: the test has no `expect`
  std::vector<Expectation> expect;  ///< all transitions, in order
  std::optional<Duration> run_on;   ///< how long time goes on after the last event
  std::optional<PeopleExpectation> people;
  /// `answers`: what receivers answer, request by request, by target or receiver (empty: all of
  /// them). After the last one they answer 200.
  std::map<std::string, std::vector<TestAnswer>> answers;
  /// `expect_requests`: all requests in order; nullopt: requests are not checked.
  std::optional<std::vector<RequestExpectation>> requests;
};

/// A test file: the rule files that it names, as paths relative to the working directory, and its
/// tests.
struct RuleTestFile {
  std::vector<std::string> rules;
  std::vector<RuleTest> tests;
  /// The config whose receivers and route `expect_requests` and `expect_people` use. Empty: one
  /// webhook, `test`, gets all requests, and people are notified as with a config without `route`.
  std::string config;
  std::string inventory;  ///< a file that replaces the inventory of the rules; empty: none
};

/// Time 0 of a test, in engine time and by the wall clock.
constexpr Time kTestStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// Gives the text of a file that a test names; nullopt if it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

/// Reads a test file. Every fault is added to `out`; nullopt if there is an error. `read` gives
/// files of events, by their path relative to the working directory.
std::optional<RuleTestFile> read_rule_tests(const std::string& text, const std::string& file,
                                            Diagnostics& out, const ReadFile& read = {});

/// Reads `answers` and `expect_requests` of one test into `out`.
void read_requests(const Node& test, RuleTest& out, Diagnostics& faults);

/// Reads `expect_people`. An expectation that cannot fail, or that cannot come true, is an error.
PeopleExpectation read_people(const Node& node, Diagnostics& faults);

/// What became of one test.
struct RuleTestResult {
  std::string name;
  Place place;
  bool passed = false;
  std::string difference;  ///< if it failed: expected and actual, line by line, for people
};

}  // namespace alarum::engine
