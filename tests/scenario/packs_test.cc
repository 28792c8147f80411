#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "cli/check_command.h"
#include "cli/test_command.h"
#include "engine/rule_test.h"
#include "match/generation.h"

namespace alarum::packs_test {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> catalogue() {
  std::vector<std::string> ids;
  std::istringstream text(slurp("tests/scenario/catalogue.txt"));
  for (std::string id; std::getline(text, id);) ids.push_back(id);
  return ids;
}

const match::Generation& shipped() {
  static const auto generation = [] {
    Diagnostics faults;
    auto set = rules::compile(rules::read_sources({"rules"}, faults), faults);
    if (!set) throw std::runtime_error(faults.text());
    return match::Generation(std::move(*set));
  }();
  return generation;
}

// As the sender reports a fault: what the near misses of the tests differ from.
model::Event as_fault(std::string_view type, std::string_view data = "{}") {
  model::EventFields fields;
  fields.id = "1";
  fields.source = "SYS.BMS";
  fields.type = type;
  fields.subject = "s1";
  fields.data_kind = model::DataKind::json;
  fields.data = data;
  return model::Event(fields);
}

std::vector<engine::RuleTest> rule_tests() {
  std::vector<engine::RuleTest> all;
  Diagnostics faults;
  for (const auto& entry : fs::recursive_directory_iterator("rules")) {
    if (!entry.path().string().ends_with(".test.yaml")) continue;
    auto file = engine::read_rule_tests(slurp(entry.path()), entry.path().string(), faults, slurp);
    if (!file) throw std::runtime_error(faults.text());
    for (auto& test : file->tests) all.push_back(std::move(test));
  }
  return all;
}

std::set<std::string> alerts_of(const model::Event& event, model::Role role) {
  std::set<std::string> alerts;
  for (const auto hit : shipped().match(event).hits) {
    if (hit.role == role) alerts.insert(shipped().rules().rules[hit.rule].alert);
  }
  return alerts;
}

std::set<std::string> names_of_rules(std::string_view folder = "rules/") {
  std::set<std::string> names;
  for (const auto& rule : shipped().rules().rules) {
    if (rule.place.file.starts_with(folder)) names.insert(rule.alert);
  }
  return names;
}

std::string wanted(const engine::Expectation& expectation, const std::string& name) {
  for (const auto& [key, value] : expectation.wanted) {
    if (key == name) return value;
  }
  return {};
}

std::set<std::string> expected(const std::string& state) {
  std::set<std::string> alerts;
  for (const auto& test : rule_tests()) {
    for (const auto& one : test.expect) {
      const auto alert = wanted(one, "alert");
      const bool posted = alert.empty();
      if (wanted(one, "state") == state && !posted && !rules::is_builtin(alert))
        alerts.insert(alert);
    }
  }
  return alerts;
}

TEST(Packs, HaveNoFaults) {
  std::ostringstream out, err;
  EXPECT_EQ(cli::check_command({.paths = {"rules"}}, out, err), 0);
  EXPECT_EQ(err.str(), "");
  EXPECT_NE(out.str().find("no faults"), std::string::npos) << out.str();
}

TEST(Packs, PassTheirTests) {
  std::ostringstream out, err;
  EXPECT_EQ(cli::test_command({.paths = {"rules"}}, out, err), 0) << out.str();
  EXPECT_EQ(err.str(), "");
}

TEST(Packs, KnowEveryEventOfTheCatalogue) {
  const auto ids = catalogue();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 55U);
  for (const auto& id : ids) EXPECT_FALSE(shipped().match(as_fault(id)).hits.empty()) << id;
}

TEST(Packs, SayNothingOfOtherEvents) {
  for (const auto* type : {"osreboot", "OSREBOOT", "agentResumed", "system_maintenance", "NPU"}) {
    EXPECT_TRUE(shipped().match(as_fault(type)).hits.empty()) << type;
  }
}

TEST(Packs, ShowEveryRuleFiringAndResolved) {
  EXPECT_EQ(expected("firing"), names_of_rules());
  EXPECT_EQ(expected("resolved"), names_of_rules());
}

std::set<std::string> told_of(const engine::RuleTest& test) {
  std::set<std::string> alerts;
  for (const auto& one : test.expect) alerts.insert(wanted(one, "alert"));
  return alerts;
}

// Does it take more than one match, or time, to fire?
bool has_memory(const rules::Rule& rule) {
  return rule.condition != rules::Condition::each || rule.delay > Duration::zero();
}

// A near miss of a rule that fires for a match: a test that expects nothing and has an event that
// would fire the rule, were it not for its source or status. Of a rule with memory: a test with
// matches of it of which it does not fire.
TEST(Packs, HaveANearMissOfEveryRule) {
  std::set<std::string> missed;
  for (const auto& test : rule_tests()) {
    const auto told = told_of(test);
    for (const auto& given : test.events) {
      const auto& event = given.event;
      for (const auto hit : shipped().match(event).hits) {
        const auto& rule = shipped().rules().rules[hit.rule];
        if (has_memory(rule) && !told.contains(rule.alert) && hit.role != model::Role::until)
          missed.insert(rule.alert);
      }
      if (test.expect.empty() &&
          (event.source() != "SYS.BMS" || event.status() != model::Status::none)) {
        missed.merge(alerts_of(as_fault(event.type(), event.data()), model::Role::match));
      }
    }
  }
  auto known = names_of_rules("rules/huawei/");
  known.merge(names_of_rules("rules/fleet/"));
  for (const auto& rule : shipped().rules().rules) {
    // Matches no event from outside
    if (rule.gather || rule.matches_alerts) known.erase(rule.alert);
  }
  // Those of other packs have near misses of their own
  std::erase_if(missed, [&](const auto& name) { return !known.contains(name); });
  EXPECT_EQ(missed, known);
}

TEST(Packs, TellWhatToDoInEveryRule) {
  for (const auto& rule : shipped().rules().rules) {
    EXPECT_TRUE(rule.summary && rule.description && rule.runbook) << rule.alert;
    const bool drains = rule.condition == rules::Condition::count ||
                        rule.condition == rules::Condition::distinct || rule.gather;
    EXPECT_TRUE(rule.resolve_after || drains)
        << rule.alert << " would last forever if its end were never reported";
  }
}

TEST(Packs, NeverPageForAdviceOrForWhatAUserDid) {
  for (const auto* type : {"RebootVirtualMachine", "ResetSOC", "RestartAIProcess", "osReboot",
                           "osShutdown", "NpuHbmMultiEccInfo"}) {
    for (const auto hit : shipped().match(as_fault(type)).hits) {
      // A step of a sequence, or advice that joins a fault
      if (hit.role != model::Role::match) continue;
      EXPECT_EQ(shipped().rules().rules[hit.rule].severity, model::Severity::info) << type;
    }
  }
}

TEST(Packs, EndEachLifecycleByItsLastEventAndOpenNothingOnSuccess) {
  EXPECT_EQ(alerts_of(as_fault("system_maintenance_completed"), model::Role::match),
            std::set<std::string>{});
  EXPECT_EQ(alerts_of(as_fault("localdisk_recovery_completed"), model::Role::match),
            std::set<std::string>{});
  EXPECT_EQ(alerts_of(as_fault("system_maintenance_failed"), model::Role::match),
            std::set<std::string>{"SystemMaintenanceFailed"});
  EXPECT_TRUE(alerts_of(as_fault("system_maintenance_failed"), model::Role::until)
                  .contains("SystemMaintenance"));
}

}  // namespace
}  // namespace alarum::packs_test
