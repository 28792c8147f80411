#pragma once
#include "engine/engine.h"

namespace alarum::simulation {

class World;

/// The promises that hold at each moment at which nobody has anything to do. The bridge runs.
/// Before a start changes anything.
void check_start(World& world);
void check_quiet(World& world);
/// Those that hold at the end of a life, when nothing is owed any more.
/// Cheap, and at any moment: what waits somewhere is within its bound.
void check_memory(World& world);
void check_end(World& world);
/// The notifications of a book that is made from the records alone, each with how it ended, are
/// those that were lived. For lives of which all records are known, from the first on.
void check_notifications(World& world, const engine::FindGeneration& find);

}  // namespace alarum::simulation
