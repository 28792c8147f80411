#include "cli/test_mutants.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "tools/mutate.h"

namespace alarum::cli {
namespace {

// A rule file and the test files that name it.
struct Subject {
  const rules::Sources::File* file = nullptr;
  std::vector<const TestFile*> tests;
};

std::map<std::string, Subject> subjects_of(const std::vector<TestFile>& files) {
  std::map<std::string, Subject> subjects;
  for (const auto& test : files) {
    for (const auto& file : test.sources.files) {
      auto& subject = subjects[file.path];
      subject.file = &file;
      subject.tests.push_back(&test);
    }
  }
  // Files with few events first: those with whole stories are asked last, and compiled last.
  const auto events = [](const TestFile* test) {
    std::size_t sum = 0;
    for (const auto& one : test->file.tests) sum += one.events.size();
    return sum;
  };
  for (auto& [path, subject] : subjects) std::ranges::stable_sort(subject.tests, {}, events);
  return subjects;
}

std::shared_ptr<const match::Generation> compile(const TestFile& test, const std::string& path,
                                                 const std::string& text) {
  auto sources = test.sources;
  for (auto& file : sources.files) {
    if (file.path == path) file.text = text;
  }
  Diagnostics unused;
  return compile_rules(test, sources, unused);
}

bool is_about(const engine::RuleTest& test, const std::string& rule) {
  return std::ranges::any_of(test.expect, [&](const auto& expectation) {
    return std::ranges::any_of(expectation.wanted, [&](const auto& pair) {
      return pair.first == "alert" && pair.second == rule;
    });
  });
}

// Those that speak of the rule go first: most mutants fall at once. Then the shortest: a story of
// thousands of events is run where nothing else notices. Variants are left out: their time would
// multiply with the number of mutants, and what a fault changes in them it hardly leaves alone in
// their story.
std::vector<const engine::RuleTest*> in_order(const TestFile& file, const re2::RE2& chosen,
                                              const std::string& rule) {
  std::vector<const engine::RuleTest*> tests;
  for (const auto& test : file.file.tests) {
    if (!test.variant && re2::RE2::PartialMatch(test.name, chosen)) tests.push_back(&test);
  }
  std::ranges::stable_sort(tests, {}, [&](const auto* test) {
    return std::pair(!is_about(*test, rule), test->events.size());
  });
  return tests;
}

bool noticed(const TestFile& file, const re2::RE2& chosen, const std::string& rule,
             const std::shared_ptr<const match::Generation>& generation) {
  return std::ranges::any_of(in_order(file, chosen, rule), [&](const auto* test) {
    return !run_test(file, *test, generation).passed;
  });
}

enum class Fate { does_not_load, noticed, survived };

Fate fate_of(const tools::Mutant& mutant, const Subject& subject, const re2::RE2& chosen) {
  bool loads = false;
  for (const auto* test : subject.tests) {
    const auto generation = compile(*test, subject.file->path, mutant.text);
    if (!generation) continue;
    loads = true;
    if (noticed(*test, chosen, mutant.rule, generation)) return Fate::noticed;
  }
  return loads ? Fate::survived : Fate::does_not_load;
}

}  // namespace

MutationSums run_mutants(const std::vector<TestFile>& files, const re2::RE2& chosen,
                         std::ostream& out, std::ostream* progress) {
  MutationSums sums;
  for (const auto& [path, subject] : subjects_of(files)) {
    const auto mutants = tools::mutants_of(*subject.file);
    for (std::size_t i = 0; i < mutants.size(); ++i) {
      if (progress)
        *progress << fmt::format("\r\033[K{}: mutant {} of {}", path, i + 1, mutants.size())
                  << std::flush;
      const auto& mutant = mutants[i];
      const auto fate = fate_of(mutant, subject, chosen);
      if (fate == Fate::does_not_load) continue;
      ++sums.mutants;
      if (fate == Fate::noticed) continue;
      ++sums.survived;
      if (progress) *progress << "\r\033[K" << std::flush;
      out << fmt::format("{}:{}:{}: survived: {}{}{}\n", path, mutant.place.line,
                         mutant.place.column, mutant.rule, mutant.rule.empty() ? "" : ": ",
                         mutant.what);
    }
  }
  if (progress) *progress << "\r\033[K" << std::flush;
  out << fmt::format(
      "{} mutants: {}\n", sums.mutants,
      sums.survived == 0 ? "none survived" : fmt::format("{} survived", sums.survived));
  return sums;
}

}  // namespace alarum::cli
