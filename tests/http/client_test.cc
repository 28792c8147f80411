#include "http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <functional>
#include <future>

namespace alarum::http {
namespace {

// Takes one connection on a port of its own, reads a head, and says what it is told to.
class OneAnswer {
 public:
  explicit OneAnswer(std::function<void(int socket)> say) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, say = std::move(say)] {
      const int socket = ::accept(listener_, nullptr, nullptr);
      char byte = 0;
      while (!asked_.ends_with("\r\n\r\n") && ::read(socket, &byte, 1) == 1) asked_ += byte;
      say(socket);
      ::close(socket);
    });
  }
  ~OneAnswer() {
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }
  const std::string& asked() {  // once the answer is there
    return asked_;
  }

 private:
  const int listener_;
  int port_ = 0;
  std::string asked_;
  std::thread thread_;
};

void write_all(int socket, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = ::send(socket, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (size <= 0) return;
    at += static_cast<std::size_t>(size);
  }
}

void until_it_hangs_up(int socket) {
  char byte = 0;
  while (::read(socket, &byte, 1) > 0) {
  }
}

template <class T>
T run(boost::asio::awaitable<T> body) {
  boost::asio::io_context context;
  auto result = boost::asio::co_spawn(context, std::move(body), boost::asio::use_future);
  context.run();
  return result.get();
}

TEST(Client, TakesAWholeAnswerWhateverItsStatus) {
  OneAnswer server([](int s) { write_all(s, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nlate"); });
  Client client;
  Ask ask{.method = "POST", .url = server.url(), .headers = {"Content-Type: application/json"}, .body = "{}"};
  config::Http how;
  how.authorization = config::Secret("Bearer t0ken");
  ask.how = std::make_shared<const config::Http>(how);
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 503U);
  EXPECT_EQ(answer->head.header("retry-after"), "7");
  EXPECT_EQ(answer->head.peer, "127.0.0.1");
  EXPECT_EQ(answer->body, "late");
  EXPECT_TRUE(server.asked().starts_with("POST /x HTTP/1.1\r\n")) << server.asked();
  EXPECT_NE(server.asked().find("Authorization: Bearer t0ken\r\n"), std::string::npos);
}

TEST(Client, AnAnswerThatIsTooLargeIsGivenUp) {
  OneAnswer server([](int s) {
    write_all(s, "HTTP/1.1 200 OK\r\n\r\n" + std::string(4 << 20, 'x'));
    until_it_hangs_up(s);
  });
  Client client;
  Ask ask{.url = server.url(), .most = 1 << 20};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "answer_too_large");
}

TEST(Client, ReadsAStreamToItsEndAndNothingOfItIsMissing) {
  std::string body;
  for (int i = 0; body.size() < (8 << 20); ++i) body += std::to_string(i) + "\n";
  OneAnswer server([&](int s) { write_all(s, "HTTP/1.1 200 OK\r\n\r\n" + body); });
  Client client;
  const auto read = [&]() -> boost::asio::awaitable<std::string> {
    Ask ask{.url = server.url(), .whole = {}};
    auto download = co_await client.open(std::move(ask));
    std::string all;
    while (auto piece = co_await (*download)->read()) {
      EXPECT_LE(piece->size(), Exchange::kWindow);
      if (piece->empty()) co_return all;
      all += *piece;
    }
    co_return "broken";
  };
  EXPECT_EQ(run(read()), body);
}

TEST(Client, ASilentStreamIsCutWhenItsTimeIsOver) {
  OneAnswer server([](int s) {
    write_all(s, "HTTP/1.1 200 OK\r\n\r\nword");
    until_it_hangs_up(s);
  });
  Client client;
  Ask ask{.url = server.url(), .whole = {}, .idle = std::chrono::milliseconds(50)};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "no_answer");
}

TEST(Client, WhoAskedCanBeLeftAlone) {
  auto over = std::make_shared<std::atomic<bool>>(false);
  Client client;
  OneAnswer server([&](int s) {
    *over = true;
    client.nudge();
    until_it_hangs_up(s);
  });
  Ask ask{.url = server.url(), .whole = {}, .over = over};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "stopping");
}

TEST(Client, NobodyThere) {
  Client client;
  Ask ask{.url = "http://127.0.0.1:1/"};
  const auto answer = run(client.ask(std::move(ask)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "no_answer");
}

}  // namespace
}  // namespace alarum::http
