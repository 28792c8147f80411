// The server with its threads and real connections.
#include "http/server.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>
#include <vector>

namespace alarum::http {
namespace {

using asio::ip::tcp;

// Many threads accept at the same moment, and one place is left.
TEST(Server, NoMoreAreOpenThanMayBeHoweverManyComeAtOnce) {
  Options options;
  options.listen = "127.0.0.1:0";
  options.threads = 8;
  options.limits.connections = 1;
  const auto server = std::move(*Server::open(options, Router()));
  server->start();
  const auto& counters = server->counters();
  const auto& address = server->address();
  const auto port = std::stoi(address.substr(address.rfind(':') + 1));
  const tcp::endpoint there(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port));
  asio::io_context context;
  std::uint64_t sent = 0;
  for (std::uint64_t round = 0; round < 300; ++round) {
    std::vector<tcp::socket> crowd;
    for (int i = 0; i < 32; ++i, ++sent) crowd.emplace_back(context).connect(there);
    // Of each round before one was let in.
    while (counters.refused + counters.open + round < sent) std::this_thread::yield();
    ASSERT_EQ(counters.open, 1U) << "in round " << round;
    crowd.clear();
    while (counters.open > 0) std::this_thread::yield();
  }
  server->stop(std::chrono::milliseconds(0));
}

}  // namespace
}  // namespace alarum::http
