#pragma once
#include <ostream>
#include <vector>

#include "app/test_files.h"

namespace re2 {
class RE2;
}

namespace alarum::cli {

using app::TestFile;

struct MutationSums {
  std::size_t mutants = 0;  ///< that load
  std::size_t survived = 0;
};

/// Puts every fault of tools::mutants_of into every rule file that the test files name, one at a
/// time, and runs the tests of the files that name it (those whose name `chosen` finds) until one
/// fails. Each mutant that no test notices goes to `out` with its place, then the sums; `progress`
/// (may be null) gets a line that is written over.
MutationSums run_mutants(const std::vector<TestFile>& files, const re2::RE2& chosen,
                         std::ostream& out, std::ostream* progress);

}  // namespace alarum::cli
