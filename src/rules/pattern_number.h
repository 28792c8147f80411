#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alarum::rules {

/// The double by which a decimal number of an event or pattern is compared, or nullopt if it can
/// only be compared by its text (ComparableNumber of aws/event-ruler).
///
/// A number is comparable if it round-trips: the shortest decimal of the double (Steele and White;
/// ECMAScript and JDK 19 print it) has the same value. Every number of at most 15 digits and every
/// integer up to 2^53 is comparable. 1152921504606847000 is 2^60; 1152921504606846976,
/// 9007199254740993, 1e400 and 1e-325 are not comparable. Never NaN, infinite or -0. Pure.
std::optional<double> comparable_number(std::string_view text);

/// For messages: if comparable_number() refuses the number although a double has exactly its value,
/// the spelling that it accepts: 1152921504606847000 for 1152921504606846976. nullopt otherwise.
std::optional<std::string> comparable_spelling(std::string_view text);

}  // namespace alarum::rules
