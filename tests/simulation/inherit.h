#pragma once
#include <set>
#include <string>

#include "model/record.h"
#include "tests/simulation/old.h"

namespace alarum::simulation {

class World;

/// What a life takes over from the older version with whose data folder it begins.
struct Inherited {
  const OldFolder* folder = nullptr;
  model::Offset end = 0;          ///< the offset after its last record
  std::set<std::string> waiting;  ///< ids of notifications that its book had not delivered
};

/// Writes the folder that the choices name to the world's disk, and what was acknowledged there to
/// the history. The world's texts know its rules from then on.
Inherited inherit(World& world);

}  // namespace alarum::simulation
