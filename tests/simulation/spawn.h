#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>

#include "tests/simulation/world.h"

namespace alarum::simulation {

/// Starts a coroutine on `io`. An exception of it is a violation, because the bridge's handlers
/// must not throw.
inline void spawn(boost::asio::io_context& io, boost::asio::awaitable<void> task, World& world) {
  boost::asio::co_spawn(io, std::move(task), [&world](const std::exception_ptr& fault) {
    if (!fault) return;
    try {
      std::rethrow_exception(fault);
    } catch (const std::exception& thrown) {
      world.violation(std::string("a handler threw: ") + thrown.what());
    }
  });
}

}  // namespace alarum::simulation
