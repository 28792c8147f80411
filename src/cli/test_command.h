#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace alarum::cli {

/// Runs the rule tests (RULES.md "Tests") of the `*.test.yaml` files that `paths` are or hold, in the order of their
/// paths, against the rule files that each names. `run_regex` (RE2, found anywhere in the name; empty: all) chooses
/// among them; `junit_path` (empty: none) names a JUnit XML file to write.
///
/// Every test that fails goes to `out` with its place and the transitions expected and got, then one line of sums: `132
/// tests in 9 files: all passed`. Test and rule files that cannot be read go to `err` and count as errors. Exit code: 0
/// when all passed; 1 when not, or when there was nothing to run; 2 for a bad expression or a report that cannot be
/// written.
int test_command(const std::vector<std::string>& paths, const std::string& run_regex, const std::string& junit_path,
                 std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
