#include "rules/pattern_number.h"

#include <gtest/gtest.h>

#include <cmath>

namespace alarum::rules {
namespace {

TEST(ComparableNumber, IsTheSameForAllSpellings) {
  for (const auto* text :
       {"5", "5.0", "5e0", "50e-1", "0.5E+1", "5.000000000000000000000000000000"})
    EXPECT_EQ(comparable_number(text), 5.0) << text;
  for (const auto* text : {"0", "-0", "0.0", "-0.0e7", "0e999"}) {
    ASSERT_TRUE(comparable_number(text)) << text;
    EXPECT_FALSE(std::signbit(*comparable_number(text))) << text;
  }
}

TEST(ComparableNumber, IsADecimalThatComesBackFromADouble) {
  EXPECT_EQ(comparable_number("0.1"), 0.1);
  EXPECT_EQ(comparable_number("0.30000000000000004"), 0.1 + 0.2);
  EXPECT_EQ(comparable_number("9007199254740992"), 9007199254740992.0);
  EXPECT_EQ(comparable_number("-1.7976931348623157e308"), -1.7976931348623157e308);
  EXPECT_EQ(comparable_number("5e-324"), 5e-324);
  EXPECT_EQ(comparable_number("100000000000000000000"), 1e20);
}

// Integers beyond 2^53: what JSON.stringify and JDK 19 write of a double, and no other digits of
// the same double.
TEST(ComparableNumber, OfALargeIntegerIsTheShortestDecimalOfADouble) {
  for (const auto& [text, value] : {std::pair("9007199254740994", 9007199254740994.0),
                                    {"1152921504606847000", 0x1p60},
                                    {"1152921504606847e3", 0x1p60},
                                    {"-9223372036854776000", -0x1p63},
                                    {"1000000000000000000000", 1e21},
                                    {"1e23", 1e23},
                                    {"18446744073709552000.0", 0x1p64}}) {
    EXPECT_EQ(comparable_number(text), value) << text;
  }
  for (const auto* text :
       {"9007199254740993", "1152921504606846976", "1152921504606847001", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "99999999999999991611392"})
    EXPECT_FALSE(comparable_number(text)) << text;
}

TEST(ComparableNumber, OfALargeDoubleThatIsWrittenInFullIsNamed) {
  EXPECT_EQ(comparable_spelling("1152921504606846976"), "1152921504606847000");
  EXPECT_EQ(comparable_spelling("-1152921504606846976.0"), "-1152921504606847000");
  for (const auto* text : {"9007199254740993", "1e400", "0.30000000000000004000001", "x"})
    EXPECT_EQ(comparable_spelling(text), std::nullopt) << text;
}

TEST(ComparableNumber, IsNothingElse) {
  for (const auto* text :
       {"9007199254740993", "0.30000000000000004000001", "123456789012345678901234567890", "1e400",
        "-1e309", "1e-325", "1e99999999999999999999", "0x1F", "", "5x", "1.2.3"}) {
    EXPECT_FALSE(comparable_number(text)) << text;
  }
}

}  // namespace
}  // namespace alarum::rules
