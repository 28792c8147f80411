#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/test_command.h"

namespace alarum::language_test {
namespace {

// The opening example of RULES.md, as written there, and every construct that has memory.
TEST(Language, DoesWhatItsTestsSay) {
  std::ostringstream out, err;
  EXPECT_EQ(cli::test_command({.paths = {"tests/scenario/language"}}, out, err), 0) << out.str();
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace alarum::language_test
