#pragma once

namespace alarum::simulation {

/// Gives SQLite a faster memory allocator, since lives open many books. To be called before SQLite
/// is used for the first time. With a sanitizer it does nothing, so that faults stay visible.
void give_sqlite_our_memory();

}  // namespace alarum::simulation
