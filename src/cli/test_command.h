#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace alarum::cli {

struct TestOptions {
  std::vector<std::string> paths;
  std::string run{};         ///< RE2, found anywhere in a test's name; empty: all
  std::string inventory{};   ///< in place of the file that the rules' `inventory` names
  std::string junit{};       ///< a JUnit XML file to write; empty: none
  bool coverage = false;     ///< also tell which rules and alternatives no test reaches
  bool mutate = false;       ///< also tell which small faults in the rules no test notices
  bool show_people = false;  ///< also tell what one person gets in each test
  bool json = false;         ///< the results as JSON, without the other lines
  bool progress = false;     ///< stderr is a terminal
};

/// Runs the rule tests (RULES.md "Tests") of the `*.test.yaml` files that the paths are or hold, in
/// the order of their paths, against the rule files that each names.
///
/// Every test that fails goes to `out` with its place and what was expected and got, then one line
/// of sums: `132 tests in 9 files: all passed`. Test and rule files that cannot be read go to `err`
/// and count as errors. Exit code: 0 when all passed; 1 when not, or when there was nothing to run;
/// 2 for a bad expression or a report that cannot be written; 3 when all passed and coverage or
/// mutation found something.
int test_command(const TestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace alarum::cli
