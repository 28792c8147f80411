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

/// The outcome of a life.
struct LifeEnd {
  std::string violation;  ///< the first broken promise; empty if all were kept
  std::size_t events = 0, crashes = 0, reloads = 0, starts = 0, turns = 0;
  std::set<std::string, std::less<>> faults;
  std::chrono::nanoseconds lasted{};  ///< simulated time
};

/// Runs one life: from the first start of the bridge, through all acts and crashes, until
/// everything that is owed has been delivered and checked, or a promise is broken. Deterministic:
/// the same choices give the same life, byte for byte. On the calling thread.
LifeEnd live(const Choices& choices, Texts& texts, Trace& trace, Coverage& coverage);

}  // namespace alarum::simulation
