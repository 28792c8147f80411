#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>

#include "tests/simulation/world.h"

namespace alarum::simulation {

/// Runs a task on the simulated network. What it throws is a violation: nothing of the bridge may
/// throw through a handler.
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
