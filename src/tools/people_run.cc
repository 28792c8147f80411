#include "tools/people_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "model/posted.h"
#include "receivers/text/card.h"

namespace alarum::tools {
namespace {

using namespace std::chrono_literals;
using engine::kTestStart;

std::string member_of(const model::Change& change) {
  const auto& alert = change.alert;
  const auto where = receivers::where_of(alert);
  const bool ended = alert.state == model::AlertState::resolved;
  return fmt::format("{} {}{}{}{}", alert.rule.empty() ? alert.key : alert.rule,
                     to_text(alert.severity), where.empty() ? "" : " ", where,
                     ended ? ", resolved" : "");
}

Sent sent_of(const People::Message& message) {
  const auto& routed = message.routed;
  const auto card = receivers::card_of(routed.message, {});
  receivers::Markup plain;
  plain.bold = plain.link = [](const std::string& text) { return text; };
  Sent sent{routed.at - kTestStart,
            message.news,
            message.severity,
            card.title,
            receivers::body_text(card, plain, 100'000),
            {},
            0};
  const auto& changes = routed.message.changes;
  const auto shown = std::min(changes.size(), Sent::kMostMembers);
  for (std::size_t i = 0; i < shown; ++i) sent.members.push_back(member_of(changes[i]));
  sent.more = changes.size() - shown;
  return sent;
}

class PeopleTest {
 public:
  PeopleTest(const engine::RuleTest& test, std::shared_ptr<const match::Generation> generation,
             const engine::DeliveryConfig& outlets)
      : test_(test),
        generation_(std::move(generation)),
        engine_([this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
          return generation_;
        }),
        people_(engine_, outlets, [this](const People::Message& message) { take(message); }) {
    step(model::Reload{generation_->rules().hash});
  }

  PeopleReport run() {
    Time end = kTestStart + test_.run_on.value_or(24h);
    for (const auto& event : test_.events) {
      run_until(kTestStart + event.at);
      now_ = kTestStart + event.at;
      if (!event.duplicate) step(event.event);
      end = now_ + test_.run_on.value_or(24h);
    }
    run_until(end);
    return report();
  }

 private:
  void step(model::Payload payload) {
    const model::Record record{next_offset_++, now_, 0, std::move(payload), std::nullopt};
    const auto changes = engine_.step(record);
    if (!changes) throw std::runtime_error("rules: " + changes.error().message);
    people_.step(record, *changes);
  }

  // As in the daemon, what is due between two events is a step of its own.
  void run_until(Time end) {
    for (auto due = next_due(); due && *due <= end && messages_ < kMostSent; due = next_due()) {
      now_ = std::max(now_, *due);
      step(model::Tick{});
    }
  }
  std::optional<Time> next_due() const {
    const auto engine = engine_.next_due(), people = people_.next_due();
    return engine && people ? std::min(engine, people) : engine ? engine : people;
  }

  void take(const People::Message& message) {
    ++messages_;
    const auto& target = message.routed.target;
    counts_[target].add(message);
    sent_[target].push_back(sent_of(message));
  }

  PeopleReport report() {
    PeopleReport report;
    report.stopped = messages_ >= kMostSent;
    for (const auto& event : test_.events) {
      if (event.duplicate || !is_fault(event.event)) continue;
      report.fault = event.at, report.fault_type = event.event.type();
      break;
    }
    const auto* person = busiest(counts_, test_.people ? test_.people->receiver : "");
    if (!person) return report;
    report.target = person->first, report.count = person->second;
    report.messages = std::move(sent_[person->first]);
    return report;
  }

  bool is_fault(const model::Event& event) const {
    if (model::is_posted(event)) return true;
    return std::ranges::any_of(generation_->match(event).hits, [&](const model::Hit& hit) {
      const auto& rule = generation_->rules().rules[hit.rule];
      const bool begins = hit.role == model::Role::match || hit.role == model::Role::step;
      const bool bad = rule.severity_template || rule.severity > model::Severity::info;
      return begins && bad && rule.condition != rules::Condition::absent;
    });
  }

  const engine::RuleTest& test_;
  const std::shared_ptr<const match::Generation> generation_;
  engine::Engine engine_;
  People people_;
  std::map<std::string, PeopleCount> counts_;
  std::map<std::string, std::vector<Sent>> sent_;
  std::size_t messages_ = 0;
  model::Offset next_offset_ = 0;
  Time now_ = kTestStart;
};

}  // namespace

std::size_t PeopleReport::in_24h() const {
  if (messages.empty()) return 0;
  const auto end = fault.value_or(messages.front().at) + 24h;
  return static_cast<std::size_t>(
      std::ranges::count_if(messages, [&](const Sent& one) { return one.at <= end; }));
}

const Sent* PeopleReport::first() const {
  const auto found = std::ranges::find_if(
      messages, [](const Sent& one) { return one.news == News::page || one.news == News::update; });
  return found == messages.end() ? nullptr : &*found;
}

const Sent* PeopleReport::last() const {
  const auto found = std::find_if(messages.rbegin(), messages.rend(),
                                  [](const Sent& one) { return one.news != News::reminder; });
  return found == messages.rend() ? nullptr : &*found;
}

PeopleReport run_people(const engine::RuleTest& test,
                        std::shared_ptr<const match::Generation> generation,
                        const engine::DeliveryConfig& outlets) {
  return PeopleTest(test, std::move(generation), outlets).run();
}

}  // namespace alarum::tools
