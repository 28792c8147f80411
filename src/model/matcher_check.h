#pragma once
#include <optional>
#include <string>

#include "model/matcher.h"

namespace alarum::model {

/// Why no labels can satisfy all of them, where that is certain: an `=` and another matcher of the
/// same label that its value does not satisfy. nullopt says nothing: two regular expressions are
/// not compared.
std::optional<std::string> contradiction(const Matchers& matchers);

/// Whether all that satisfies `narrow` is certain to satisfy `wide` as well. False where that is
/// not plain to see.
bool covers(const Matchers& wide, const Matchers& narrow);

}  // namespace alarum::model
