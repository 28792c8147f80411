#include "tests/bench/path_load/sink.h"

#include <boost/asio/write.hpp>
#include <cstring>

#include "tests/bench/path_load/sender.h"

namespace alarum::bench {
namespace asio = boost::asio;
using asio::ip::tcp;

Sink::Sink(asio::io_context& context, std::uint16_t port, Arrived arrived)
    : arrived_(std::move(arrived)), acceptor_(context, {asio::ip::address_v4::loopback(), port}) {
  accept();
}

void Sink::accept() {
  acceptor_.async_accept([this](auto fault, tcp::socket socket) {
    if (fault) return;
    socket.set_option(tcp::no_delay(true));
    const auto session = sessions_.emplace(sessions_.end(), std::move(socket));
    session->in.resize(64 << 10);
    read(session);
    accept();
  });
}

void Sink::read(Place session) {
  auto& in = session->in;
  if (session->have == in.size()) in.resize(2 * in.size());
  const auto room = asio::buffer(in.data() + session->have, in.size() - session->have);
  session->socket.async_read_some(room, [this, session](auto fault, std::size_t more) {
    if (fault) return void(sessions_.erase(session));
    session->have += more;
    while (take(*session)) {
    }
    read(session);
  });
}

// One request of what has been read, if it is whole.
bool Sink::take(Session& session) {
  constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const std::string_view text(session.in.data(), session.have);
  const auto head = text.find("\r\n\r\n");
  if (head == text.npos) return false;
  const auto end = head + 4 + content_length(text.substr(0, head + 2));
  if (text.size() < end) return false;
  arrived_(text.substr(head + 4, end - head - 4));
  boost::system::error_code ignored;
  asio::write(session.socket, asio::buffer(answer), ignored);
  std::memmove(session.in.data(), session.in.data() + end, session.have - end);
  session.have -= end;
  return true;
}

}  // namespace alarum::bench
