#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/tail_command.h"

namespace alarum::cli::tail_line_test {
namespace {

using Json = nlohmann::ordered_json;

TEST(TailLine, HasWhatTellsAnEventAndTheRules) {
  const Json event{{"arrived", "2026-11-30T12:00:00.5Z"},
                   {"source", "SYS.BMS"},
                   {"type", "linkDown"},
                   {"subject", "s\x1b[2J1"},
                   {"severity", "critical"},
                   {"rules", {"Down", "RackDown"}}};
  EXPECT_EQ(tail_line(event),
            "2026-11-30T12:00:00Z critical SYS.BMS linkDown s\\u001b[2J1 → Down, RackDown");
}

TEST(TailLine, SaysWhichRulesItEnds) {
  const Json event{{"arrived", "2026-11-30T12:00:00Z"},
                   {"type", "linkUp"},
                   {"rules", {"Down", "Up"}},
                   {"ends", {"Down"}}};
  EXPECT_EQ(tail_line(event), "2026-11-30T12:00:00Z linkUp → Down (its end), Up");
}

TEST(TailLine, SaysThatNoRuleTakesIt) {
  const Json event{{"arrived", "2026-11-30T12:00:00Z"}, {"type", "t"}, {"rules", Json::array()}};
  EXPECT_EQ(tail_line(event), "2026-11-30T12:00:00Z t → no rule");
}

}  // namespace
}  // namespace alarum::cli::tail_line_test
