#include "cli/test_command.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <iostream>

#include "app/test_files.h"
#include "cli/test_mutants.h"
#include "cli/test_report.h"
#include "cli/untested.h"
#include "tools/people_run.h"

namespace alarum::cli {
namespace {

void run_tests(TestFile& file, const re2::RE2& chosen) {
  if (!file.generation) return;
  for (const auto& test : file.file.tests) {
    if (re2::RE2::PartialMatch(test.name, chosen))
      file.results.push_back(run_test(file, test, file.generation));
  }
}

tools::Coverage::Report coverage_of(const std::vector<TestFile>& files, const re2::RE2& chosen) {
  tools::Coverage coverage;
  for (const auto& file : files) {
    if (!file.generation) continue;
    const auto& rules = file.generation->rules();
    coverage.expect(rules);
    for (const auto& test : file.file.tests) {
      if (test.variant || !re2::RE2::PartialMatch(test.name, chosen)) continue;
      for (const auto& event : test.events) {
        if (!event.duplicate) coverage.take(rules, event.event);
      }
    }
  }
  return coverage.report();
}

// What woke a person, whether the test asks about it or not. A test that asks and fails has shown
// it.
void show_people(const std::vector<TestFile>& files, const re2::RE2& chosen, std::ostream& out) {
  for (const auto& file : files) {
    if (!file.generation) continue;
    auto result = file.results.begin();
    for (const auto& test : file.file.tests) {
      if (!re2::RE2::PartialMatch(test.name, chosen)) continue;
      const bool passed = (result++)->passed;
      if (passed || !test.people)
        out << test.name << '\n'
            << tools::people_text(tools::run_people(test, file.generation, file.people));
    }
  }
}

// What a green run may still lack.
bool has_findings(const TestOptions& options, const std::vector<TestFile>& files,
                  const re2::RE2& chosen, std::ostream& out) {
  bool found = print_untested(options.paths, files, out) > 0;
  if (options.coverage) {
    const auto report = coverage_of(files, chosen);
    print_coverage(report, out);
    found = !report.gaps.empty() || found;
  }
  if (options.mutate)
    found = run_mutants(files, chosen, out, options.progress ? &std::clog : nullptr).survived > 0 ||
            found;
  out.flush();
  return found;
}

}  // namespace

int test_command(const TestOptions& options, std::ostream& out, std::ostream& err) {
  const re2::RE2 chosen(options.run, re2::RE2::Quiet);
  if (!chosen.ok()) {
    err << fmt::format("\"{}\" is not a regular expression of RE2: {}\n", options.run,
                       chosen.error());
    return 2;
  }
  Diagnostics faults;
  auto files = app::load_tests(options.paths, faults, options.inventory);
  for (auto& file : files) run_tests(file, chosen);
  err << faults.text();
  if (options.json)
    out << results_json(files);
  else
    print_results(files, out, err);
  if (options.show_people) show_people(files, chosen, out);
  const auto sums = sums_of(files);
  if (sums.tests > 0 && !options.json) out << sum_line(sums);
  out.flush();
  if (!options.junit.empty() && !write_junit(options.junit, files)) {
    err << fmt::format("cannot write the report {}\n", options.junit);
    return 2;
  }
  if (sums.tests == 0 && sums.errors == 0) {
    err << (files.empty() ? "no tests found: they are in files named *.test.yaml\n"
                          : "no test has a name that fits\n");
  }
  const bool passed = faults.ok() && sums.tests > 0 && sums.failed == 0 && sums.errors == 0;
  // A test that fails already notices nothing.
  if (!passed) return 1;
  if (!options.coverage && !options.mutate) return 0;
  return has_findings(options, files, chosen, out) ? 3 : 0;
}

}  // namespace alarum::cli
