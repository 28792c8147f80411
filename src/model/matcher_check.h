#pragma once
#include <optional>
#include <string>

#include "model/matcher.h"

namespace alarum::model {

/// Says why no alert can satisfy all of the matchers, for a warning. It finds only what is certain:
/// an `=` and another matcher of the same label that the `=` value does not satisfy. nullopt does
/// not mean that there is no contradiction, because two regular expressions are not compared.
std::optional<std::string> contradiction(const Matchers& matchers);

/// Whether every alert that satisfies `narrow` certainly satisfies `wide`. False if that cannot be
/// seen from the matchers one by one.
bool covers(const Matchers& wide, const Matchers& narrow);

}  // namespace alarum::model
