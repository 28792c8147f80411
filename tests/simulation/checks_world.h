#pragma once
#include "engine/engine.h"

namespace alarum::simulation {

class World;

// These gather the values for checks.h from a life, and report violations to the world.

/// Before a start changes anything: what is on the disk.
void check_start(World& world);
/// While the bridge runs, whenever no part and no sender has anything to do.
void check_quiet(World& world);
/// At any moment, since it is cheap: everything that waits somewhere is within its bound.
void check_memory(World& world);
/// At the end of a life, when nothing is owed any more.
void check_end(World& world);
/// A book that is made from the records alone has the same notifications, with the same ends, as
/// the one that was lived. For lives of which all records are known, from the first on. `find`:
/// the rules by their hash.
void check_notifications(World& world, const engine::FindGeneration& find);

}  // namespace alarum::simulation
