#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "alert/sqlite_files.h"
#include "app/core.h"
#include "http/router.h"
#include "http/timer.h"
#include "tests/simulation/world.h"

namespace alarum::simulation {

/// One incarnation of the bridge, from a start to a crash or a stop. Its members are destroyed in
/// the order of a crash: the core, then the coroutines that waited for it, then the routes that
/// they came from. Everything runs on the one thread of the simulation.
struct Bridge {
  /// SQLite's page size for the book, in bytes. Small, because writing the book's pages is most of
  /// what the simulated disk costs.
  static constexpr unsigned kPageSize = 1024;

  explicit Bridge(World& world)
      : time(boost::asio::make_service<http::ManualTime>(io, &world.clock)),
        sqlite(world.disk, world.sqlite_random, kPageSize) {}
  http::Router router;
  boost::asio::io_context io;  // polled by the scheduler, never run
  http::ManualTime& time;      // the timers of io, which follow the world's clock
  alert::SqliteFiles sqlite;
  std::unique_ptr<app::Core> core;
  std::vector<app::Core::Part> parts;  // the scheduler gives them their turns
};

}  // namespace alarum::simulation
