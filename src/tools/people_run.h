#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/rule_test.h"
#include "match/generation.h"
#include "tools/people.h"

namespace alarum::tools {

/// One message that the person of a test got, as a chat shows it.
struct Sent {
  Duration at{};  ///< from the test's start
  News news = News::page;
  model::Severity severity = model::Severity::none;
  std::string title, text;
  /// `ServerDown major server=bms-npu-0204`: the first kMostMembers of its alerts
  std::vector<std::string> members;
  std::size_t more = 0;  ///< alerts that are not in `members`
  static constexpr std::size_t kMostMembers = 6;
};

/// Messages, to all targets together, after which a test is stopped.
constexpr std::size_t kMostSent = 20'000;

/// What one person got in the course of a test.
struct PeopleReport {
  std::string target;          ///< the person's target; empty if nobody got anything
  std::vector<Sent> messages;  ///< in order
  PeopleCount count;
  std::optional<Duration> fault;  ///< when the first event came that is a fault
  std::string fault_type;         ///< the type of that event
  bool stopped = false;           ///< stopped at kMostSent, so later messages are not known

  /// Messages within 24 hours of the fault; without a fault, of the first message.
  std::size_t in_24h() const;
  /// The first message that is a page; nullptr if none is.
  const Sent* first() const;
  /// The last message that is no reminder; nullptr if there is none.
  const Sent* last() const;
};

/// Runs a test's events through an Engine and routing, on a clock that jumps to the next thing that
/// is due, until `run_on` (24 h) after the last event. The person is the target that gets most
/// pages, of the test's `receiver` if it names one. The fault is the first event that matches the
/// `match` or a step of a rule with a severity above info (rules with `absent` do not count), or
/// that is a posted alert. Pure.
PeopleReport run_people(const engine::RuleTest& test,
                        std::shared_ptr<const match::Generation> generation,
                        const engine::DeliveryConfig& outlets);

/// What differs from the expectation, with the messages that came; empty if nothing does.
std::string compare_people(const PeopleReport& report, const engine::PeopleExpectation& wanted);
/// The counts, then each message with its time, title and members; reminders are counted, not
/// listed.
std::string people_text(const PeopleReport& report);

}  // namespace alarum::tools
