#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/rule_test.h"
#include "match/generation.h"
#include "tools/people.h"

namespace alarum::tools {

/// One message that the person of a test was sent, as a chat shows it.
struct Sent {
  Duration at{};  ///< from the test's start
  News news = News::page;
  model::Severity severity = model::Severity::none;
  std::string title, text;
  /// `ServerDown major server=bms-npu-0204`: the first kMostMembers of its alerts
  std::vector<std::string> members;
  std::size_t more = 0;  ///< alerts that `members` has not
  static constexpr std::size_t kMostMembers = 6;
};

/// Messages, to all people together, after which a test is stopped.
constexpr std::size_t kMostSent = 20'000;

/// What one person was sent in the course of a test.
struct PeopleReport {
  std::string target;          ///< whose messages they are; empty: nobody was sent anything
  std::vector<Sent> messages;  ///< in order
  PeopleCount count;
  std::optional<Duration> fault;  ///< when the first event came that is a fault
  std::string fault_type;
  bool stopped = false;  ///< at kMostSent: what would have come later is not known

  /// Messages of the 24 hours from the fault on (without one: from the first message on).
  std::size_t in_24h() const;
  /// The first message that is a page; nullptr: none was.
  const Sent* first() const;
  /// The last one that is no reminder; nullptr: there is none.
  const Sent* last() const;
};

/// Runs a test's events through an Engine and routing, on a clock that jumps from one thing due to
/// the next: until `run_on` (24 h) after the last event. The person is the one who is sent most
/// pages, of `receiver` where that is not empty. The first event that is a fault: one that fits the
/// `match` or a step of a rule that is worse than info and waits for no silence (`absent`), or a
/// posted alert.
PeopleReport run_people(const engine::RuleTest& test,
                        std::shared_ptr<const match::Generation> generation,
                        const engine::DeliveryConfig& outlets);

/// What is not as expected, with the messages that came; empty when all is.
std::string compare_people(const PeopleReport& report, const engine::PeopleExpectation& wanted);
/// The counts, then each message with its time, title and members; reminders are counted, not
/// listed.
std::string people_text(const PeopleReport& report);

}  // namespace alarum::tools
