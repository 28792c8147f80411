// The server with its threads and real connections.
#include "http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
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

asio::awaitable<Response> echo(Request&, BodyStream& body) {
  auto text = co_await read_all(body, 8 << 20);
  if (!text) co_return body_error(text.error());
  Response response;
  response.body = std::move(*text);
  co_return response;
}

std::string text_of(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23);
  return text;
}

std::string request_of(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// The service manager's watchdog asks this.
TEST(Server, RespondsUntilAThreadHangsAndAgainAfterwards) {
  Options options;
  options.listen = "127.0.0.1:0";
  options.threads = 2;
  std::atomic<bool> hangs = false, may_end = false;
  Router router;
  router.add("POST", "/", Access::open, [&](Request&, BodyStream&) -> asio::awaitable<Response> {
    hangs = true;
    hangs.notify_all();
    may_end.wait(false);
    co_return Response();
  });
  const auto server = std::move(*Server::open(options, std::move(router)));
  server->start();
  for (int i = 0; i < 3; ++i) {
    while (!server->responds()) std::this_thread::yield();
  }
  const auto& address = server->address();
  const auto port = std::stoi(address.substr(address.rfind(':') + 1));
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
  asio::write(socket, asio::buffer(request_of("")));
  hangs.wait(false);
  server->responds();  // what was asked before may have been answered
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(server->responds());
  may_end = true;
  may_end.notify_all();
  while (!server->responds()) std::this_thread::yield();
  server->stop(std::chrono::milliseconds(0));
}

// What comes with the head is taken from there, the rest straight from the wire, and no byte of the
// next request, however all of it is cut.
TEST(Server, BodiesOfEverySizeAreReadWholeAndNothingBehindThem) {
  Options options;
  options.listen = "127.0.0.1:0";
  Router router;
  router.add("POST", "/", Access::open, echo);
  const auto server = std::move(*Server::open(options, std::move(router)));
  server->start();
  const auto& address = server->address();
  const auto port = std::stoi(address.substr(address.rfind(':') + 1));
  asio::io_context context;
  tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)});
  std::vector<std::string> bodies;
  for (const std::size_t size :
       {0, 1, 4000, 8191, 8192, 8193, 65'535, 65'536, 65'537, 200'000, 3'000'000})
    bodies.push_back(text_of(size));
  std::string all;
  for (const auto& body : bodies) all += request_of(body);
  std::thread sender([&] {
    std::size_t piece = 1;
    for (std::string_view left = all; !left.empty(); piece = piece * 5 % 99'991 + 1) {
      const auto some = left.substr(0, piece);
      asio::write(socket, asio::buffer(some.data(), some.size()));
      left.remove_prefix(some.size());
    }
  });
  std::string got;
  for (const auto& body : bodies) {
    const auto end = asio::read_until(socket, asio::dynamic_buffer(got), "\r\n\r\n");
    ASSERT_TRUE(got.starts_with("HTTP/1.1 200")) << got.substr(0, 200);
    if (got.size() < end + body.size())
      asio::read(socket, asio::dynamic_buffer(got),
                 asio::transfer_exactly(end + body.size() - got.size()));
    EXPECT_TRUE(got.substr(end, body.size()) == body) << body.size();
    got.erase(0, end + body.size());
  }
  sender.join();
  EXPECT_EQ(got, "");
  server->stop(std::chrono::milliseconds(0));
}

}  // namespace
}  // namespace alarum::http
