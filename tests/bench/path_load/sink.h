#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <list>
#include <string>
#include <string_view>

namespace alarum::bench {

/// An HTTP/1.1 server that answers every request with 200 and hands its body on. One thread.
class Sink {
 public:
  using Arrived = std::function<void(std::string_view body)>;
  Sink(boost::asio::io_context& context, std::uint16_t port, Arrived arrived);

 private:
  struct Session {
    explicit Session(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    boost::asio::ip::tcp::socket socket;
    std::string in;
    std::size_t have = 0;
  };
  using Place = std::list<Session>::iterator;
  void accept();
  void read(Place session);
  bool take(Session& session);

  Arrived arrived_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::list<Session> sessions_;
};

}  // namespace alarum::bench
