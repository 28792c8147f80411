#pragma once

namespace alarum::simulation {

class World;

/// The promises that hold at each moment at which nobody has anything to do. The bridge runs.
void check_quiet(World& world);
/// Those that hold at the end of a life, when nothing is owed any more.
void check_end(World& world);

}  // namespace alarum::simulation
