#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum::rules {

/// The binary64 that a decimal stands for, where it round-trips: the double's shortest decimal
/// (Steele and White; ECMAScript's, JDK 19's) has the same value. So 1152921504606847000 is 2^60;
/// nullopt for 1152921504606846976, 9007199254740993, 1e400, 1e-325: such a number cannot be
/// compared by size, only by its text (event-ruler's ComparableNumber). Every number of at most 15
/// digits, and every integer up to 2^53, can.
std::optional<double> comparable_number(std::string_view text);

/// How a number that comparable_number() refuses is written so that it takes it, where it stands
/// for a double exactly: 1152921504606847000 of 1152921504606846976.
std::optional<std::string> comparable_spelling(std::string_view text);

}  // namespace alarum::rules
