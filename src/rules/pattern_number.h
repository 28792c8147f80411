#pragma once
#include <optional>
#include <string_view>

namespace alarum::rules {

/// The binary64 that a decimal stands for, where it round-trips: the double's shortest decimal has the same value. nullopt for
/// 9007199254740993, 1e400, 1e-325: such a number cannot be compared by size, only by its text (event-ruler's ComparableNumber).
std::optional<double> comparable_number(std::string_view text);

}  // namespace alarum::rules
