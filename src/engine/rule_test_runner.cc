#include "engine/rule_test_runner.h"

#include <fmt/format.h>

#include "base/json.h"
#include "engine/engine.h"

namespace alarum::engine {
namespace {

using namespace std::chrono_literals;
using model::Change;

class Run {
 public:
  Run(std::shared_ptr<const match::Generation> generation, const std::function<bool()>& stopped)
      : engine_(
            [generation](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
              return generation;
            }),
        is_stopped_(stopped) {
    step(kTestStart, model::Reload{generation->rules().hash});
  }

  void step(Time at, model::Payload payload) {
    model::Record record{next_++, at, 0, std::move(payload), std::nullopt};
    auto changes = engine_.step(record);
    if (!changes) {
      if (fault_.empty()) fault_ = changes.error().message;
      return;
    }
    for (auto& change : *changes) {
      if (change.kind != Change::Kind::repeated) seen_.push_back(std::move(change));
    }
    now_ = at;
  }

  void run_until(Time end) {
    while (engine_.next_due() && *engine_.next_due() <= end && !stopped()) tick();
  }
  void tick() { step(std::max(now_, *engine_.next_due()), model::Tick{}); }
  // A timer that runs may set another one: goes on until none is due within a day.
  void run_out() {
    while (engine_.next_due() && *engine_.next_due() <= now_ + 24h && !stopped()) tick();
  }
  bool stopped() const { return is_stopped_ && is_stopped_(); }

  void pass_to(Time at) { now_ = at; }

  Time now() const { return now_; }
  const std::vector<Change>& seen() const { return seen_; }
  /// Why the engine could not process an event, the first one of those; empty: it could.
  const std::string& fault() const { return fault_; }

 private:
  Engine engine_;
  const std::function<bool()>& is_stopped_;
  std::vector<Change> seen_;
  std::string fault_;
  model::Offset next_ = 0;
  Time now_ = kTestStart;
};

std::string state_of(const Change& change) {
  return std::string(change.kind == Change::Kind::stage_changed ? "stage_changed"
                                                                : to_text(change.alert.state));
}

std::optional<std::string> property(const Change& change, const std::string& name) {
  const auto& alert = change.alert;
  if (name == "alert") return alert.rule;
  if (name == "state") return state_of(change);
  if (name == "reason") return std::string(to_text(alert.reason));
  if (name == "startsAt") return format_duration(alert.starts_at - kTestStart);
  if (name == "inhibited_by") return fmt::format("{}", fmt::join(alert.inhibited_by, ","));
  if (name == "absorbed") return fmt::format("{}", fmt::join(alert.absorbed, ","));
  if (name == "waiting") return fmt::format("{}", fmt::join(alert.waiting, ","));
  if (name == "count") return std::to_string(alert.count);
  if (name == "late") return alert.late ? "true" : "false";
  if (const auto found = alert.labels.find(name); found != alert.labels.end()) return found->second;
  if (const auto found = alert.annotations.find(name); found != alert.annotations.end())
    return found->second;
  return std::nullopt;
}

bool fits(const Change& change, const Expectation& wanted) {
  if (change.at != kTestStart + wanted.at) return false;
  for (const auto& [name, value] : wanted.wanted) {
    if (property(change, name) != value) return false;
  }
  return true;
}

std::string line_of(const Change& change) {
  std::string text = fmt::format("at {}: {} {}", format_duration(change.at - kTestStart),
                                 change.alert.rule, state_of(change));
  if (change.alert.reason != model::EndReason::none)
    text += fmt::format(" ({})", to_text(change.alert.reason));
  for (const auto& [name, value] : change.alert.labels) {
    if (name != "alertname") text += fmt::format(" {}={}", name, value);
  }
  if (const auto stage = property(change, "stage")) text += " stage=" + *stage;
  return text;
}

std::string line_of(const Expectation& wanted) {
  std::string text = fmt::format("at {}:", format_duration(wanted.at));
  for (const auto& [name, value] : wanted.wanted)
    text += name == "alert" || name == "state" ? " " + value : fmt::format(" {}={}", name, value);
  return text;
}

// The differences that line_of() does not show, such as texts and counts.
std::string unlike(const Change& change, const Expectation& wanted) {
  std::string text;
  for (const auto& [name, value] : wanted.wanted) {
    const auto got = property(change, name);
    if (got != value) text += fmt::format(", {} is {}", name, got ? json_quote(*got) : "missing");
  }
  return text;
}

std::string difference(const std::vector<Change>& seen, const std::vector<Expectation>& expect) {
  std::string text;
  for (std::size_t i = 0; i < std::max(seen.size(), expect.size()); ++i) {
    const bool same = i < seen.size() && i < expect.size() && fits(seen[i], expect[i]);
    if (same) {
      text += fmt::format("      {}\n", line_of(seen[i]));
      continue;
    }
    if (i < expect.size())
      text +=
          fmt::format("    - {}   (expected, line {})\n", line_of(expect[i]), expect[i].place.line);
    if (i < seen.size())
      text += fmt::format("    + {}   (got{})\n", line_of(seen[i]),
                          i < expect.size() ? unlike(seen[i], expect[i]) : "");
  }
  return text;
}

// Lists duplicates in the report of a failed test, because their effect is easily overlooked.
std::string duplicates_of(const RuleTest& test) {
  std::string text;
  for (const auto& event : test.events) {
    if (event.duplicate)
      text += fmt::format(
          "      (the event at {} with id {} is a duplicate: the daemon takes it once)\n",
          format_duration(event.at), json_quote(event.event.id()));
  }
  return text;
}

}  // namespace

RuleTestResult run_rule_test(const RuleTest& test,
                             std::shared_ptr<const match::Generation> generation,
                             const std::function<bool()>& stopped) {
  Run run(std::move(generation), stopped);
  for (const auto& [at, event, own_id, duplicate] : test.events) {
    // As in the daemon, a timer that is due before the event has a step of its own.
    run.run_until(kTestStart + at);
    if (duplicate)
      run.pass_to(kTestStart + at);
    else
      run.step(kTestStart + at, event);
  }
  if (test.run_on) {
    run.run_until(run.now() + *test.run_on);
  } else {
    run.run_out();
  }
  if (run.stopped())
    return {test.name, test.place, false, "      it took longer than it may, and was ended\n"};
  if (!run.fault().empty())
    return {
        test.name, test.place, false,
        fmt::format("      the engine cannot process an event of this test: {}\n", run.fault())};
  bool passed = run.seen().size() == test.expect.size();
  for (std::size_t i = 0; passed && i < test.expect.size(); ++i)
    passed = fits(run.seen()[i], test.expect[i]);
  return {test.name, test.place, passed,
          passed ? "" : difference(run.seen(), test.expect) + duplicates_of(test)};
}

}  // namespace alarum::engine
