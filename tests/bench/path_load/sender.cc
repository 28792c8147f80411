#include "tests/bench/path_load/sender.h"

#include <fmt/format.h>
#include <strings.h>

#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace alarum::bench {
namespace asio = boost::asio;
using asio::ip::tcp;

void give_up(const std::string& why) {
  fmt::print(stderr, "path-load: {}\n", why);
  std::exit(1);
}

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\ncontent-length:";
  for (auto at = head.find('\n'); at + name.size() < head.size(); at = head.find('\n', at + 1)) {
    if (strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    const auto value = head.find_first_not_of(' ', at + name.size());
    std::size_t length = 0;
    std::from_chars(head.data() + value, head.data() + head.size(), length);
    return length;
  }
  return 0;
}

Sender::Sender(asio::io_context& context, const Options& options)
    : options_(options), socket_(context), later_(context) {
  boost::system::error_code fault;
  socket_.connect({asio::ip::address_v4::loopback(), options.port}, fault);
  if (fault) give_up(fmt::format("cannot connect to port {}: {}", options.port, fault.message()));
  socket_.set_option(tcp::no_delay(true));
}

void Sender::send(std::string_view events, std::function<void()> done) {
  busy_ = true;
  events_ = events;
  done_ = std::move(done);
  write();
}

void Sender::write() {
  const bool array = options_.batch > 1;
  head_ = fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\n"
      "Content-Length: {}\r\n\r\n",
      options_.path, options_.type, events_.size() + (array ? 2 : 0));
  if (array) head_ += '[';
  const std::array<asio::const_buffer, 3> pieces{asio::buffer(head_), asio::buffer(events_),
                                                 asio::buffer("]", array ? 1 : 0)};
  asio::async_write(socket_, pieces, [this](auto fault, std::size_t) {
    if (fault) give_up("the connection broke while a request was written: " + fault.message());
    read();
  });
}

void Sender::read() {
  const auto room = asio::buffer(in_.data() + have_, in_.size() - have_);
  socket_.async_read_some(room, [this](auto fault, std::size_t more) {
    if (fault) give_up("the connection broke before the answer: " + fault.message());
    have_ += more;
    const std::string_view text(in_.data(), have_);
    const auto end = text.find("\r\n\r\n");
    if (end == text.npos || have_ < end + 4 + content_length(text.substr(0, end + 2))) {
      if (have_ == in_.size()) give_up("an answer is longer than 16 KiB");
      return read();
    }
    have_ = 0;
    answered(text);
  });
}

void Sender::answered(std::string_view answer) {
  const auto status = answer.substr(9, 3);
  if (status == "429" || status == "503") {
    ++refused_;
    later_.expires_after(std::chrono::milliseconds(20));
    return later_.async_wait([this](auto) { write(); });
  }
  if (status[0] != '2') give_up("answered: " + std::string(answer));
  busy_ = false;
  const auto done = std::move(done_);  // which sends the next
  done();
}

}  // namespace alarum::bench
