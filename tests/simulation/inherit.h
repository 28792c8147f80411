#pragma once
#include <set>
#include <string>

#include "model/record.h"
#include "tests/simulation/old.h"

namespace alarum::simulation {

class World;

/// What a life has from the older alarum with whose data folder it began.
struct Inherited {
  const OldFolder* folder = nullptr;
  model::Offset end = 0;          ///< behind its last record
  std::set<std::string> waiting;  ///< ids of the notifications that its book had not delivered
};

/// Puts the folder that the choices name on the disk, and into the history what was acknowledged
/// there. Its rules are known from then on.
Inherited inherit(World& world);

}  // namespace alarum::simulation
