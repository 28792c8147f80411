#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/rule_test.h"
#include "match/generation.h"
#include "rules/rule_set.h"
#include "tools/request_run.h"

namespace alarum::app {

/// One `*.test.yaml`, read, with the rules that it names compiled and the receivers that it is
/// about.
struct TestFile {
  std::string path;
  std::string faults;  ///< why it cannot run; else empty
  engine::RuleTestFile file;
  rules::Sources sources;
  std::shared_ptr<const match::Generation> generation;
  tools::Receivers receivers;
  /// Whose messages `expect_people` counts: those of the config, else what holds without a route
  engine::DeliveryConfig people;
  std::vector<engine::RuleTestResult> results;

  std::size_t failed() const;
};

/// The `*.test.yaml` files that `paths` are or hold, by path. A file that is named is taken
/// whatever it is called. What is not there goes to `faults`. `inventory`: a file in place of the
/// one that their rules name; empty: none. `rules`: texts of rule files in place of what stands on
/// the disk under the same names.
std::vector<TestFile> load_tests(const std::vector<std::string>& paths, Diagnostics& faults,
                                 const std::string& inventory = {},
                                 const std::vector<rules::Sources::File>& rules = {});

/// The text of a file; nullopt: it is empty, or cannot be read.
std::optional<std::string> text_of_file(const std::string& path);

/// The test files beside a rule file that name it. Throws what std::filesystem throws.
std::vector<std::string> tests_beside(const std::string& rule_file);

/// The rules of a test file from `sources`, which stand for its own. The shipped rule UnknownFault
/// is known to them, so that they may override it; it takes part only where a test expects an alert
/// of it or asks what people get, or where `rules` lists its file: tests of other rules see theirs
/// alone.
std::shared_ptr<const match::Generation> compile_rules(const TestFile& file,
                                                       const rules::Sources& sources,
                                                       Diagnostics& faults);

/// What the test asks about, under these rules: the transitions, the requests, what one person
/// gets. `stopped`: as engine::run_rule_test() has it.
engine::RuleTestResult run_test(const TestFile& file, const engine::RuleTest& test,
                                const std::shared_ptr<const match::Generation>& generation,
                                const std::function<bool()>& stopped = {});

}  // namespace alarum::app
