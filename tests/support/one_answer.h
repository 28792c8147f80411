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

/// A port of its own at which nobody is served yet: who asks waits.
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
  int accept() const { return ::accept(listener_, nullptr, nullptr); }

 private:
  const int listener_;
  int port_ = 0;
};

/// Takes one connection on a port of its own, reads a head, and says what it is told to.
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
  const std::string& asked() {  // once the answer is there
    return asked_;
  }

 private:
  Hanging listener_;
  std::string asked_;
  std::thread thread_;
};

inline void write_all(int socket, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = ::send(socket, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (size <= 0) return;
    at += static_cast<std::size_t>(size);
  }
}

inline void until_it_hangs_up(int socket) {
  char byte = 0;
  while (::read(socket, &byte, 1) > 0) {
  }
}

/// What a coroutine gives.
template <class T>
T run(boost::asio::awaitable<T> body) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(body), boost::asio::use_future);
  context.run();
  return result.get();
}

}  // namespace alarum
