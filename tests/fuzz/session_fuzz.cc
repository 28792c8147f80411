#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/session.h"
#include "tests/fuzz/target.h"

// Bytes as a sender writes them into a connection: the whole front, with its framing, limits and
// gzip. What must hold: no crash, no hang, and what comes back is answers of ours, whole ones, and
// nothing else.
namespace fuzz::session_target {

using namespace alarum;
using boost::asio::ip::tcp;

http::Shared& shared() {
  static http::Shared all;
  static const bool once = [] {
    const auto echo = [](http::Request&,
                         http::BodyStream& body) -> http::asio::awaitable<http::Response> {
      auto text = co_await http::read_all(body, 1 << 20);
      if (!text) co_return http::body_error(text.error());
      http::Response response;
      response.body = std::to_string(text->size());
      co_return response;
    };
    all.router.add("POST", "/", http::Access::open, echo);
    all.router.add("GET", "/a/{b}", http::Access::open, echo);
    return true;
  }();
  (void)once;
  return all;
}

std::string answers_to(std::string_view bytes) {
  int ends[2];
  must(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  bytes = bytes.substr(0, 64 << 10);  // what the kernel takes at once
  must(::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
       static_cast<ssize_t>(bytes.size()));
  ::shutdown(ends[0], SHUT_WR);
  {
    http::asio::io_context context;
    http::Session session(tcp::socket(context, tcp::v4(), ends[1]), shared());
    http::asio::co_spawn(context, session.run(), http::asio::detached);
    context.run();
  }
  std::string out;
  char piece[4096];
  for (ssize_t size; (size = ::recv(ends[0], piece, sizeof piece, 0)) > 0;)
    out.append(piece, static_cast<std::size_t>(size));
  ::close(ends[0]);
  return out;
}

// Each answer says how long it is, and is; one to a HEAD only says so.
void check(std::string_view answers) {
  while (!answers.empty()) {
    must(answers.starts_with("HTTP/1.1 "));
    const auto end = answers.find("\r\n\r\n");
    must(end != answers.npos);
    const auto head = answers.substr(0, end);
    answers.remove_prefix(end + 4);
    const auto length = head.find("Content-Length: ");
    if (length == head.npos) continue;  // 100 Continue
    const auto size = std::strtoul(std::string(head.substr(length + 16, 20)).c_str(), nullptr, 10);
    if (answers.empty() || answers.starts_with("HTTP/1.1 ")) continue;
    must(size <= answers.size());
    answers.remove_prefix(size);
  }
}

}  // namespace fuzz::session_target

ALARUM_FUZZ(session) {
  check(answers_to({reinterpret_cast<const char*>(data), size}));
  return 0;
}
