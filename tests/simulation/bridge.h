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

/// One incarnation of the bridge. Torn down in the order of a crash: the core, then the coroutines
/// that waited for it, then the routes that they came from.
struct Bridge {
  /// Of the book: what a commit writes is most of what the disk costs.
  static constexpr unsigned kPageSize = 1024;

  explicit Bridge(World& world)
      : time(boost::asio::make_service<http::ManualTime>(io, &world.clock)),
        sqlite(world.disk, world.sqlite_random, kPageSize) {}
  http::Router router;
  boost::asio::io_context io;
  http::ManualTime& time;
  alert::SqliteFiles sqlite;
  std::unique_ptr<app::Core> core;
  std::vector<app::Core::Part> parts;
};

}  // namespace alarum::simulation
