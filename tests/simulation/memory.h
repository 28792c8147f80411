#pragma once

namespace alarum::simulation {

/// Before SQLite is used for the first time. With a sanitizer it does nothing.
void give_sqlite_our_memory();

}  // namespace alarum::simulation
