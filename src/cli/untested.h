#pragma once
#include <ostream>
#include <string>
#include <vector>

#include "app/test_files.h"

namespace alarum::cli {

using app::TestFile;

/// Tells the rules in the folders among `paths` whose file no test file names: a line each, with
/// its place. How many there are.
std::size_t print_untested(const std::vector<std::string>& paths,
                           const std::vector<TestFile>& files, std::ostream& out);

}  // namespace alarum::cli
