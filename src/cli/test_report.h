#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "app/test_files.h"
#include "tools/coverage.h"

namespace alarum::cli {

using app::TestFile;

struct TestSums {
  std::size_t tests = 0, failed = 0, files = 0, errors = 0;
};
TestSums sums_of(const std::vector<TestFile>& files);

/// `132 tests in 9 files: all passed`
std::string sum_line(const TestSums& sums);
/// Each failed test with its place and difference; files that could not run to `err`.
void print_results(const std::vector<TestFile>& files, std::ostream& out, std::ostream& err);
/// Each gap with its place, then the sums.
void print_coverage(const tools::Coverage::Report& report, std::ostream& out);
/// JUnit XML, which CI systems read. False when it cannot be written.
bool write_junit(const std::string& path, const std::vector<TestFile>& files);

/// For programs: a list of {"file", "line", "name", "passed", "difference"}, as the API's
/// playground has them. A file that cannot run has one entry, whose line is 0.
std::string results_json(const std::vector<TestFile>& files);

}  // namespace alarum::cli
