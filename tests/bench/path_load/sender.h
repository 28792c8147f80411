#pragma once
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "tests/bench/path_load/options.h"

namespace alarum::bench {

/// A keep-alive HTTP/1.1 connection with one request on its way at a time. What is refused for now
/// (429, 503) is sent again after 20 ms; any other answer than 2xx ends the program. One thread.
class Sender {
 public:
  Sender(boost::asio::io_context& context, const Options& options);

  /// Sends these events (they must stay) and calls `done` when they are accepted.
  void send(std::string_view events, std::function<void()> done);
  bool busy() const { return busy_; }
  std::size_t refused() const { return refused_; }

 private:
  void write();
  void read();
  void answered(std::string_view head);

  const Options& options_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer later_;
  std::string head_;
  std::string_view events_;
  std::array<char, 16384> in_;
  std::size_t have_ = 0;
  std::function<void()> done_;
  bool busy_ = false;
  std::size_t refused_ = 0;
};

/// The value of Content-Length in a head that ends with an empty line; 0: none.
std::size_t content_length(std::string_view head);

[[noreturn]] void give_up(const std::string& why);

}  // namespace alarum::bench
