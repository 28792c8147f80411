#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/choices.h"
#include "tests/simulation/coverage.h"
#include "tests/simulation/texts.h"
#include "tests/simulation/trace.h"

namespace alarum::simulation {

/// What is left of a life when it is over.
struct LifeEnd {
  std::string violation;  ///< empty: every promise was kept
  std::size_t events = 0, crashes = 0, reloads = 0, starts = 0, turns = 0;
  std::set<std::string, std::less<>> faults;
  std::chrono::nanoseconds lasted{};
};

/// Lives the life that these choices say, from the first start of the bridge on an empty disk until
/// nothing is owed any more.
LifeEnd live(const Choices& choices, Texts& texts, Trace& trace, Coverage& coverage);

}  // namespace alarum::simulation
