#pragma once
#include <functional>
#include <set>
#include <string>

#include "tests/simulation/choices.h"

namespace alarum::simulation {

// Makes a failing life smaller, for a person to read.

/// Numbers of acts as `3,7-9`, and back.
std::string to_text(const std::set<std::size_t>& numbers);
std::set<std::size_t> parse_numbers(const std::string& text);
/// The same life without these acts.
Choices without(Choices choices, const std::set<std::size_t>& acts);
/// The first line of a violation without its numbers. Two lives fail in the same way if these are
/// equal.
std::string kind_of(const std::string& violation);

/// Finds as many acts as possible without which the life still fails in the same way, and returns
/// them with `out`, those that were left out before. `fails`: runs a life and returns its
/// violation, or an empty text.
std::set<std::size_t> shrink(const Choices& choices, std::set<std::size_t> out,
                             const std::function<std::string(const Choices&)>& fails);

}  // namespace alarum::simulation
