#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "engine/engine.h"

namespace alarum::demo_test {
namespace {

using model::AlertState;
using model::Change;
using model::EndReason;

std::vector<nlohmann::json> lines() {
  std::vector<nlohmann::json> events;
  std::ifstream file("demo/fleet-hour.ndjson");
  for (std::string line; std::getline(file, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

model::Event event_of(const nlohmann::json& line) {
  const auto text = [&](const char* name) -> const std::string& {
    return line.at(name).get_ref<const std::string&>();
  };
  const auto data = line.at("data").dump();
  model::EventFields fields;
  fields.id = text("id");
  fields.source = text("source");
  fields.type = text("type");
  fields.subject = text("subject");
  fields.time = parse_rfc3339(text("time")).value();
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  return model::Event(fields);
}

std::shared_ptr<const match::Generation> shipped() {
  Diagnostics faults;
  auto set = rules::compile(rules::read_sources({"rules"}, faults), faults);
  if (!set) throw std::runtime_error(faults.text());
  return std::make_shared<const match::Generation>(std::move(*set));
}

// What the shipped rules make of the hour.
std::vector<Change> played() {
  const auto generation = shipped();
  engine::Engine engine(
      [generation](const std::string&) -> Result<std::shared_ptr<const match::Generation>> {
        return generation;
      });
  std::vector<Change> all;
  model::Offset offset = 0;
  const auto step = [&](Time at, model::Payload payload) {
    auto changes = engine.step({offset++, at, 0, std::move(payload), std::nullopt});
    all.insert(all.end(), changes->begin(), changes->end());
  };
  const auto events = lines();
  step(event_of(events.front()).time().value(), model::Reload{generation->rules().hash});
  for (const auto& line : events) {
    auto event = event_of(line);
    const auto at = event.time().value();
    step(at, std::move(event));
  }
  return all;
}

TEST(Demo, IsAnHourInOrderWithAnIdOfItsOwnForEachEvent) {
  const auto events = lines();
  EXPECT_GT(events.size(), 400U);
  EXPECT_LE(events.size(), 600U);
  std::set<std::string> ids, servers;
  Time last = parse_rfc3339("2026-01-01T00:00:00Z").value();
  const auto end = last + std::chrono::hours(1);
  for (const auto& line : events) {
    const auto event = event_of(line);
    EXPECT_GE(event.time().value(), last);
    last = event.time().value();
    EXPECT_TRUE(ids.emplace(event.id()).second) << event.id();
    servers.emplace(event.subject());
  }
  EXPECT_LT(last, end);
  EXPECT_GT(servers.size(), 150U);
  EXPECT_LE(servers.size(), 200U);
}

TEST(Demo, HoldsEventsThatMatchNothingAndManyThatDo) {
  const auto generation = shipped();
  std::size_t matched = 0, unmatched = 0;
  for (const auto& line : lines())
    ++(generation->match(event_of(line)).hits.empty() ? unmatched : matched);
  EXPECT_GT(matched, 100U);
  EXPECT_GT(unmatched, 200U);
}

TEST(Demo, ShowsTheErrorCodesOfOneCardGetWorse) {
  std::vector<model::Severity> severities;
  for (const auto& change : played()) {
    const auto& alert = change.alert;
    if (change.kind != Change::Kind::fired || alert.rule != "NpuErrorCode") continue;
    if (alert.key == "server=bms-npu-0042,npu=3") severities.push_back(alert.severity);
  }
  using enum model::Severity;
  EXPECT_EQ(severities, (std::vector{warning, major, critical}));
}

TEST(Demo, ShowsEveryKindOfChange) {
  std::map<EndReason, int> ends;
  int fired = 0, staged = 0;
  std::set<std::string> rules;
  for (const auto& change : played()) {
    fired += change.kind == Change::Kind::fired;
    staged += change.kind == Change::Kind::stage_changed;
    if (change.kind == Change::Kind::resolved) ++ends[change.alert.reason];
    rules.insert(change.alert.rule);
  }
  EXPECT_GT(fired, 60);
  EXPECT_GT(staged, 10);
  // Two codes of one card, and the roll-up of what got worse
  EXPECT_EQ(ends[EndReason::escalated], 6);
  // Of maintenance, disks and the failure that a second try mends; of what a restart or the agent's
  // return ends.
  EXPECT_EQ(ends[EndReason::recovered], 22);
  EXPECT_TRUE(rules.contains("NpuErrorCodeUnknown") && rules.contains("ResetSocAdvice") &&
              rules.contains("NetworkDown"));
  EXPECT_GT(rules.size(), 20U);
}

TEST(Demo, IsWhatTheScriptWrites) {
  auto* pipe = popen("python3 scripts/make-demo - 2>/dev/null", "r");
  ASSERT_NE(pipe, nullptr);
  std::string made;
  char buffer[65536];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) made.append(buffer, n);
  if (pclose(pipe) != 0) GTEST_SKIP() << "python3 is not here";
  std::ostringstream kept;
  kept << std::ifstream("demo/fleet-hour.ndjson").rdbuf();
  EXPECT_TRUE(kept.str() == made) << "run scripts/make-demo";
}

}  // namespace
}  // namespace alarum::demo_test
