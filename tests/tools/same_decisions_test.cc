// `alarum test` and the daemon come to the same decisions: the same events as a test file has them,
// and as senders send them, through decoder, journal and engine.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "base/json.h"
#include "engine/engine.h"
#include "engine/rule_test_runner.h"
#include "ingest/push/json.h"
#include "journal/log.h"
#include "tests/support/memory_files.h"
#include "tests/tools/text_rules.h"

namespace alarum::tools::same_decisions_test {
namespace {

using namespace std::chrono_literals;
using engine::kTestStart;

constexpr auto kRules = R"(rules:
  - {alert: Incident, match: {type: inc}, by: subject, severity: "{{severity}}", resolve_after: 2h}
  - {alert: Storm, match: {type: inc}, by: subject, count: 3, within: 10m}
  - {alert: Several, match: {type: inc}, by: source, distinct: {subject: 2}, within: 10m}
  - {alert: Silent, match: {type: beat}, by: subject, absent: 30m}
  - {alert: Then, sequence: [inc, beat], within: 15m, by: subject, resolve_after: 1h}
  - {alert: Timeless, match: {type: inc, time: [{exists: false}]}, by: subject, resolve_after: 20m}
)";

// As it happened: what a sender says, and when that arrives.
struct Said {
  Duration at{};
  bool json = false;             // a mapped item, else a CloudEvent
  std::string id;                // empty: the sender gives none (mapped items only)
  std::optional<Duration> time;  // by the sender's clock; none: it gives none
  std::string type, subject, status, severity;
};

std::string data_of(const Said& said) {
  auto data = fmt::format(R"({{"type":"{}","subject":"{}","status":"{}","severity":"{}")",
                          said.type, said.subject, said.status, said.severity);
  if (!said.id.empty()) data += fmt::format(R"(,"id":"{}")", said.id);
  if (said.time) data += fmt::format(R"(,"time":"{}")", format_rfc3339(kTestStart + *said.time));
  return data + "}";
}

std::string in_a_test(const Said& said) {
  auto text = fmt::format("{{at: {}, type: {}, subject: {}", format_duration(said.at), said.type,
                          said.subject);
  if (!said.id.empty()) text += ", id: " + said.id;
  text += ", time: " + (said.time ? format_duration(*said.time) : "~");
  if (said.json)
    text += fmt::format(", format: json, status: {}, severity: {}", said.status, said.severity);
  return text + fmt::format(", data: {}}}", data_of(said));
}

model::Event as_sent(const Said& said, int number) {
  http::Request request;
  auto time =
      said.time ? fmt::format(R"(,"time":"{}")", format_rfc3339(kTestStart + *said.time)) : "";
  const auto event = fmt::format(
      R"({{"specversion":"1.0","id":"{}","source":"test","type":"{}","subject":"{}"{},"data":{}}})",
      said.id, said.type, said.subject, time, data_of(said));
  if (!said.json) return *ingest::decode_structured(event, "");
  Diagnostics faults;
  const auto node = parse_yaml(
      "test: {id: /id, type: /type, subject: /subject, time: /time, status: /status, severity: "
      "/severity}",
      "c.yaml", faults);
  const auto mapping = config::read_json_sources(*node, faults).at("test");
  return *ingest::decode_json(mapping, "test", request, data_of(said), [&] {
            return fmt::format("made-{}", number);
          })->at(0);
}

// The daemon without its threads: the journal decides and stamps, the engine takes what it wrote,
// ticks come when they are due.
class Daemon {
 public:
  Daemon(std::shared_ptr<const match::Generation> generation, bool keep_all)
      : generation_(std::move(generation)),
        engine_([this](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
          return generation_;
        }) {
    options_.folder = "data", options_.segment_size = 65536, options_.keep_all = keep_all;
    open();
    control(kTestStart, model::Reload{generation_->rules().hash});
  }
  void open() {
    log_.reset();
    log_ = *journal::Log::open(options_, files_);
  }
  void take(Time at, model::Event event) {
    run_until(at);
    std::vector<journal::Submission> group(1);
    auto hits = generation_->match(event);
    group[0].items.push_back({std::move(event), std::move(hits)});
    const auto committed = log_->commit(group, {at});
    for (const auto& record : committed->records) step(record);
    now_ = at;
  }
  void run_until(Time end) {
    while (engine_.next_due() && *engine_.next_due() <= end)
      control(std::max(now_, *engine_.next_due()), model::Tick{});
  }
  const std::vector<model::Change>& changes() const { return changes_; }

 private:
  void control(Time at, model::Payload payload) {
    step(*log_->commit_control(std::move(payload), {at}));
    now_ = at;
  }
  void step(const model::Record& record) {
    auto changes = engine_.step(record);
    for (auto& change : *changes) {
      if (change.kind != model::Change::Kind::repeated) changes_.push_back(std::move(change));
    }
  }

  std::shared_ptr<const match::Generation> generation_;
  testing::MemoryFiles files_;
  journal::Options options_;
  std::unique_ptr<journal::Log> log_;
  engine::Engine engine_;
  std::vector<model::Change> changes_;
  Time now_ = kTestStart;
};

// What the daemon decided, as the test file's expectations.
std::vector<engine::Expectation> expectations(const std::vector<model::Change>& changes) {
  std::vector<engine::Expectation> out;
  for (const auto& change : changes) {
    const auto& alert = change.alert;
    const auto state = change.kind == model::Change::Kind::stage_changed
                           ? std::string("stage_changed")
                           : std::string(to_text(alert.state));
    out.push_back({{},
                   change.at - kTestStart,
                   {{"alert", alert.rule},
                    {"state", state},
                    {"reason", std::string(to_text(alert.reason))},
                    {"late", alert.late ? "true" : "false"},
                    {"count", std::to_string(alert.count)},
                    {"startsAt", format_duration(alert.starts_at - kTestStart)}}});
    if (const auto severity = alert.labels.find("severity"); severity != alert.labels.end())
      out.back().wanted.emplace_back(*severity);
  }
  return out;
}

std::string difference(const std::vector<Said>& story, bool keep_all = true,
                       std::size_t restart_before = ~std::size_t{0}) {
  const auto generation = rules_of(kRules);
  std::string text = "rules: []\ntests:\n- name: t\n  run_on: 3h\n  expect: []\n  events:\n";
  Daemon daemon(generation, keep_all);
  for (std::size_t i = 0; i < story.size(); ++i) {
    if (i == restart_before) daemon.open();
    text += "    - " + in_a_test(story[i]) + "\n";
    daemon.take(kTestStart + story[i].at, as_sent(story[i], static_cast<int>(i)));
  }
  daemon.run_until(kTestStart + story.back().at + 3h);
  auto test = test_of(text);
  test.expect = expectations(daemon.changes());
  return engine::run_rule_test(test, generation).difference;
}

Said incident(Duration at, const std::string& status, const std::string& severity = "warning") {
  return {at, true, "77", std::nullopt, "inc", "db", status, severity};
}

TEST(SameDecisions, OfAnIncidentsOwnIdAndOfRetries) {
  EXPECT_EQ(
      difference({incident(0s, "firing"), incident(1min, "firing"),
                  incident(2min, "firing", "critical"), incident(3min, "resolved", "critical"),
                  incident(4min, "resolved", "critical"), incident(5min, "firing")}),
      "");
  const Said event{0s, false, "e1", 0s, "inc", "db", "", ""};
  auto again = event;
  again.at = 1min;
  auto third = event, later = event;
  third.at = 2min, third.subject = "other", later.at = 25h;
  EXPECT_EQ(difference({event, again, third, later}), "")
      << "CloudEvents: source and id, within the window";
}

TEST(SameDecisions, TheTestsAreNotEmpty) {
  Daemon daemon(rules_of(kRules), true);
  for (const auto& said : {incident(0s, "firing"), incident(1min, "firing"),
                           incident(2min, "resolved"), incident(3min, "firing")})
    daemon.take(kTestStart + said.at, as_sent(said, 0));
  std::string seen;
  for (const auto& change : daemon.changes())
    seen += fmt::format("{} {};", change.alert.rule, to_text(change.alert.state));
  EXPECT_EQ(seen,
            "Incident firing;Timeless firing;Incident resolved;Timeless resolved;Incident "
            "firing;Timeless firing;");
}

// Late, early and unset times, repeated and missing ids, steps of up to days: whatever senders do.
TEST(SameDecisions, OfManyRandomStories) {
  std::mt19937 random(20261128);
  const auto one_of = [&](auto... of) { return std::array{of...}[random() % sizeof...(of)]; };
  for (int story_number = 0; story_number < 60; ++story_number) {
    std::vector<Said> story;
    Duration at{};
    for (int i = 0; i < 40; ++i) {
      at += one_of(Duration(0s), Duration(1s), Duration(40s), Duration(4min), Duration(4min),
                   Duration(50min), Duration(13h));
      Said said{at,
                random() % 2 == 0,
                fmt::format("id{}", random() % 8),
                at,
                one_of("inc", "inc", "beat"),
                one_of("s1", "s2"),
                one_of("firing", "firing", "resolved"),
                one_of("warning", "critical")};
      if (said.json && random() % 3 == 0) said.id.clear();
      if (random() % 4 == 0)
        said.time = std::nullopt;
      else
        said.time = std::max(
            Duration(0s), at + one_of(Duration(0s), Duration(0s), Duration(-20s), Duration(-4min),
                                      Duration(-3h), Duration(9min), Duration(3h)));
      if (!story.empty() && random() % 4 == 0) said = story[random() % story.size()], said.at = at;
      story.push_back(said);
    }
    for (const bool keep_all : {true, false})
      ASSERT_EQ(difference(story, keep_all, keep_all ? 20 : ~std::size_t{0}), "")
          << "story " << story_number << (keep_all ? "" : ", keep: matched");
  }
}

}  // namespace
}  // namespace alarum::tools::same_decisions_test
