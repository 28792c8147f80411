#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

namespace alarum::cli::terminal_test {
namespace {

bool answered(const std::string& answer) {
  std::istringstream in(answer);
  std::ostringstream err;
  return agreed({false, true, &in}, "do it?", err);
}

TEST(Consent, NothingIsDoneWithoutAYes) {
  EXPECT_TRUE(answered("y\n"));
  EXPECT_TRUE(answered("yes\n"));
  for (const auto* answer : {"\n", "n\n", "", "Yikes\n"}) EXPECT_FALSE(answered(answer)) << answer;
}

TEST(Consent, WithoutATerminalItTakesTheFlag) {
  std::ostringstream err;
  EXPECT_FALSE(agreed({}, "do it?", err));
  EXPECT_EQ(err.str(), "error: do it? Nothing was done: without a terminal it takes --yes\n");
  EXPECT_TRUE(agreed({true, false, nullptr}, "do it?", err));
}

}  // namespace
}  // namespace alarum::cli::terminal_test
