#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>
#include <string>
#include <thread>

namespace alarum {

/// A listening TCP port on loopback, chosen by the system, at which nobody is accepted. Clients
/// connect (the kernel completes the handshake) and then wait for an answer that does not come. For
/// tests of time-outs.
class Hanging {
 public:
  Hanging() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 100), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Hanging() { ::close(listener_); }

  std::string url(const std::string& path = "x") const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/" + path;
  }
  /// Blocks until a client has connected; the caller closes the descriptor.
  int accept() const { return ::accept(listener_, nullptr, nullptr); }

 private:
  const int listener_;
  int port_ = 0;
};

/// An HTTP server for one request. A thread of its own accepts one connection, reads the request's
/// head, calls `say` with the socket, and closes it. The destructor waits for the thread, so a test
/// that never connects hangs.
class OneAnswer {
 public:
  explicit OneAnswer(std::function<void(int socket)> say) {
    thread_ = std::thread([this, say = std::move(say)] {
      const int socket = listener_.accept();
      char byte = 0;
      while (!asked_.ends_with("\r\n\r\n") && ::read(socket, &byte, 1) == 1) asked_ += byte;
      say(socket);
      ::close(socket);
    });
  }
  ~OneAnswer() { thread_.join(); }

  std::string url() const { return listener_.url(); }
  /// The head of the request. Only after the client has seen the answer, or there would be a race.
  const std::string& asked() { return asked_; }

 private:
  Hanging listener_;
  std::string asked_;
  std::thread thread_;
};

/// Sends all of the text, blocking. Gives up silently if the client has closed the connection,
/// which tests of aborted requests expect.
inline void write_all(int socket, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = ::send(socket, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (size <= 0) return;
    at += static_cast<std::size_t>(size);
  }
}

/// Blocks until the client closes the connection, and discards what it sends.
inline void until_it_hangs_up(int socket) {
  char byte = 0;
  while (::read(socket, &byte, 1) > 0) {
  }
}

/// Runs a coroutine to its end on an io_context of its own, on the calling thread, and returns its
/// result or throws its exception.
template <class T>
T run(boost::asio::awaitable<T> body) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(body), boost::asio::use_future);
  context.run();
  return result.get();
}

}  // namespace alarum
