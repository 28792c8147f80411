#pragma once
#include <functional>
#include <set>
#include <string>

#include "tests/simulation/choices.h"

namespace alarum::simulation {

/// `3,7-9`, and back.
std::string to_text(const std::set<std::size_t>& numbers);
std::set<std::size_t> parse_numbers(const std::string& text);
/// The same life without these acts.
Choices without(Choices choices, const std::set<std::size_t>& acts);
/// A violation without what differs from life to life: its first line without numbers.
std::string kind_of(const std::string& violation);

/// Leaves out as many acts as it can so that the life still fails in the same way. `fails`: what
/// the life's violation is; empty: none. What is left out.
std::set<std::size_t> shrink(const Choices& choices, std::set<std::size_t> out,
                             const std::function<std::string(const Choices&)>& fails);

}  // namespace alarum::simulation
