#include "app/test_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "app/delivery_config.h"
#include "app/tried_rules.h"
#include "base/node.h"
#include "engine/rule_test_runner.h"
#include "receivers/list.h"
#include "tools/people_run.h"

namespace alarum::app {
namespace {

namespace fs = std::filesystem;

// Where a test's requests go when its file names no config.
constexpr auto kOneWebhook =
    "route: {receiver: test}\nreceivers: [{name: test, webhook_configs: [{url: "
    "'http://127.0.0.1:9/hook'}]}]\n"
    "external_url: http://alarum.example\n";

bool is_test_file(const fs::path& path) {
  const auto name = path.filename().string();
  return !name.starts_with('.') && (name.ends_with(".test.yaml") || name.ends_with(".test.yml"));
}

void find_in(const fs::path& folder, std::vector<std::string>& found) {
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory()) at.disable_recursion_pending();
    if (!at->is_directory() && is_test_file(at->path()))
      found.push_back(at->path().lexically_normal().string());
  }
}

std::optional<Node> tree_of(const std::string& path) {
  const auto text = text_of_file(path);
  Diagnostics unheard;
  auto root = text ? parse_yaml(*text, path, unheard) : std::nullopt;
  return root && root->is(Node::Kind::mapping) ? std::move(root) : std::nullopt;
}

// A file that cannot be read is taken for one, so that its faults are told.
bool has_tests(const std::string& path) {
  const auto root = tree_of(path);
  return !root || root->find("tests") || !root->find("rules");
}

}  // namespace

std::optional<std::string> text_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return text.str();
}

std::vector<std::string> tests_beside(const std::string& rule_file) {
  const fs::path rules(rule_file);
  std::vector<std::string> found;
  const auto folder = rules.has_parent_path() ? rules.parent_path() : fs::path(".");
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || !is_test_file(entry.path())) continue;
    const auto root = tree_of(entry.path().string());
    const auto* named = root ? root->find("rules") : nullptr;
    const auto is_it = [&](const Node& one) {
      return (folder / one.text).lexically_normal() == rules.lexically_normal() ||
             fs::path(one.text).lexically_normal() == rules.filename();
    };
    if (named && (std::ranges::any_of(named->items, is_it) || (named->scalar() && is_it(*named))))
      found.push_back(entry.path().lexically_normal().string());
  }
  return found;
}

namespace {

std::vector<std::string> find_tests(const std::vector<std::string>& paths, Diagnostics& faults) {
  std::vector<std::string> found;
  for (const auto& path : paths) {
    std::error_code unused;
    try {
      if (fs::is_directory(path, unused)) {
        find_in(path, found);
      } else if (fs::exists(path, unused) && (is_test_file(path) || has_tests(path))) {
        found.push_back(fs::path(path).lexically_normal().string());
      } else if (fs::exists(path, unused)) {
        const auto beside = tests_beside(path);
        if (beside.empty())
          faults.error({path, 0, 0},
                       "has no tests, and no *.test.yaml beside it names it under \"rules\"");
        found.insert(found.end(), beside.begin(), beside.end());
      } else {
        faults.error({path, 0, 0}, "no such file or folder");
      }
    } catch (const fs::filesystem_error& fault) {
      faults.error({path, 0, 0}, fault.code().message());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

bool has_receiver(const engine::DeliveryConfig& outlets, const std::string& name) {
  return std::ranges::any_of(outlets.targets,
                             [&](const alert::Target& target) { return target.receiver == name; });
}

void check_people(const TestFile& test, Diagnostics& faults) {
  for (const auto& one : test.file.tests) {
    if (!one.people || one.people->receiver.empty() ||
        has_receiver(test.people, one.people->receiver))
      continue;
    faults.error(
        one.people->place,
        fmt::format("expect_people: there is no receiver \"{}\" {}", one.people->receiver,
                    test.file.config.empty() ? "without a \"config\"" : "in " + test.file.config));
  }
}

void load_receivers(TestFile& test, Diagnostics& faults) {
  const auto& path = test.file.config;
  const auto config = path.empty() ? config::parse(kOneWebhook, "test", receivers::kinds(), faults)
                                   : config::read_file(path, receivers::kinds(), faults);
  if (!config) return;
  for (auto& one : test.file.tests)
    engine::mark_duplicates(one.events, {config->dedup.window, config->dedup.max});
  auto wires = notification_config_of(*config, false);
  test.people = wires.outlets;
  test.receivers = {std::move(wires.outlets), std::move(wires.targets)};
  if (path.empty()) {
    if (const auto none = config::parse(kOnePerson, "test", receivers::kinds(), faults))
      test.people = notification_config_of(*none, false).outlets;
  }
  check_people(test, faults);
}

using RuleTexts = std::vector<rules::Sources::File>;

void put(const RuleTexts& texts, rules::Sources& sources) {
  for (auto& file : sources.files) {
    for (const auto& text : texts)
      if (is_same_name(text.path, file.path)) file.text = text.text;
  }
}

void load(TestFile& test, const std::string& inventory, const RuleTexts& texts,
          Diagnostics& faults) {
  const auto text = text_of_file(test.path);
  if (!text) return faults.error({test.path, 0, 0}, "cannot be read, or is empty");
  auto file = engine::read_rule_tests(*text, test.path, faults, text_of_file);
  if (!file) return;
  test.file = std::move(*file);
  load_receivers(test, faults);
  test.sources = rules::read_sources(test.file.rules, faults,
                                     inventory.empty() ? test.file.inventory : inventory);
  put(texts, test.sources);
  auto generation = compile_rules(test, test.sources, faults);
  if (faults.ok()) test.generation = std::move(generation);
}

bool expects_unknown_fault(const TestFile& file) {
  const auto names_it = [](const auto& pair) {
    return pair.first == "alert" && pair.second == rules::kUnknownFault;
  };
  const auto wants_it = [&](const engine::Expectation& one) {
    return std::ranges::any_of(one.wanted, names_it);
  };
  return std::ranges::any_of(file.file.tests, [&](const engine::RuleTest& test) {
    return test.people || std::ranges::any_of(test.expect, wants_it);
  });
}

}  // namespace

std::size_t TestFile::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const auto& r) { return !r.passed; }));
}

std::vector<TestFile> load_tests(const std::vector<std::string>& paths, Diagnostics& faults,
                                 const std::string& inventory, const RuleTexts& rules) {
  std::vector<TestFile> files;
  for (const auto& path : find_tests(paths, faults)) {
    auto& test = files.emplace_back();
    test.path = path;
    Diagnostics own;
    load(test, inventory, rules, own);
    if (!own.ok()) test.faults = own.text();
  }
  return files;
}

std::shared_ptr<const match::Generation> compile_rules(const TestFile& file,
                                                       const rules::Sources& sources,
                                                       Diagnostics& faults) {
  // Where the file's own rules have it, a mutant without it is to be noticed.
  const bool has_it =
      rules::with_unknown_fault(file.sources).files.size() == file.sources.files.size();
  auto set = rules::compile(has_it ? sources : rules::with_unknown_fault(sources), faults);
  if (!set) return nullptr;
  if (!expects_unknown_fault(file)) std::erase_if(set->rules, rules::is_shipped_along);
  return std::make_shared<const match::Generation>(std::move(*set));
}

engine::RuleTestResult run_test(const TestFile& file, const engine::RuleTest& test,
                                const std::shared_ptr<const match::Generation>& generation,
                                const std::function<bool()>& stopped) {
  engine::RuleTestResult result{test.name, test.place, true, ""};
  if (test.asks_transitions) result = engine::run_rule_test(test, generation, stopped);
  if (stopped && stopped()) return result;
  if (test.requests) {
    const auto requests = tools::run_requests(test, generation, file.receivers);
    result.passed = result.passed && requests.passed;
    result.difference += requests.difference;
  }
  if (test.people) {
    const auto difference =
        tools::compare_people(tools::run_people(test, generation, file.people), *test.people);
    result.passed = result.passed && difference.empty();
    result.difference += difference;
  }
  return result;
}

}  // namespace alarum::app
